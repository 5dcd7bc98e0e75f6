"""The workbook, read back as the XML that a spreadsheet reads."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from lxml import etree

from harness.model import Words
from harness.store import Run
from scoring.scorecard import Scorecard, score, with_index
from scoring.workbook import to_xlsx
from tests.scoring import records
from tests.scoring.example import everything
from tests.scoring.records import run
from tests.scoring.test_show_index import SAMPLES

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
HOSTILE = "=cmd()|'/c calc'!A1\x07"


def card_of(of: Run, sample: str) -> Scorecard:
    return with_index(score([of]), SAMPLES[sample])


class Book:
    """A workbook as its parts."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        sheets = self._part("xl/workbook.xml").findall(".//m:sheet", NS)
        self.names = [str(sheet.get("name")) for sheet in sheets]
        self._shared = [
            "".join(each.itertext())
            for each in self._part("xl/sharedStrings.xml").findall("m:si", NS)
        ]

    def _part(self, name: str) -> etree._Element:
        return etree.fromstring(self._zip.read(name))

    def sheet(self, name: str) -> etree._Element:
        return self._part(f"xl/worksheets/sheet{self.names.index(name) + 1}.xml")

    def rows(self, name: str) -> Iterator[dict[str, str | float]]:
        """Each row by the letters of its columns; an empty cell is not there."""
        for row in self.sheet(name).findall(".//m:row", NS):
            yield {str(cell.get("r"))[0]: self._value(cell) for cell in row.findall("m:c", NS)}

    def _value(self, cell: etree._Element) -> str | float:
        value = str(cell.findtext("m:v", "", NS))
        return self._shared[int(value)] if cell.get("t") == "s" else float(value or "nan")


def test_there_is_a_sheet_a_level_with_frozen_headings_and_a_filter() -> None:
    book = Book(to_xlsx(card_of(everything(), "index_of_three")))
    assert book.names == [
        "指数 Index",
        "能力 Capabilities",
        "二级 Level 2",
        "指标 Indicators",
        "任务 Tasks",
        "说明 Notes",
    ]
    for name in book.names:
        pane = book.sheet(name).find(".//m:pane", NS)
        assert pane is not None
        assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
        assert book.sheet(name).find(".//m:autoFilter", NS) is not None


def test_the_numbers_are_those_of_the_card_unrounded() -> None:
    card = card_of(everything(), "index_of_one")
    assert card.index is not None
    (app,) = card.index.apps
    assert app.index is not None
    _, row = Book(to_xlsx(card)).rows("指数 Index")
    assert row["A"] == "sample_city（模拟手机 simulated）"
    assert (row["B"], row["C"], row["D"]) == (app.index.value, app.index.low, app.index.high)
    capabilities = list(Book(to_xlsx(card)).rows("能力 Capabilities"))[1:]
    assert [each["B"] for each in capabilities] == ["A", "B", "C", "D", "E"]


@pytest.mark.parametrize("sample", ["index_partly", "index_of_none"])
def test_what_was_not_measured_is_an_empty_cell_and_no_number(sample: str) -> None:
    rows = list(Book(to_xlsx(card_of(run(), sample))).rows("指数 Index"))[1:]
    assert all(not set(row) & set("BCDEFGHJ") for row in rows)


def test_the_sentence_on_assumed_weights_is_in_it() -> None:
    notes = Book(to_xlsx(card_of(everything(), "index_of_one"))).rows("说明 Notes")
    assert any("标注“假定”的权重" in str(row["A"]) for row in notes)


def test_hostile_names_are_words_and_break_nothing() -> None:
    scenario = records.scenario(title=Words(zh=HOSTILE))
    book = Book(to_xlsx(score([run(records.attempt(), scenarios=(scenario,))])))
    assert HOSTILE.removesuffix("\x07") in [row["B"] for row in book.rows("任务 Tasks")]
    assert all(book.sheet(name).find(".//m:f", NS) is None for name in book.names)


def test_the_same_card_gives_the_same_bytes() -> None:
    card = card_of(everything(), "index_of_three")
    assert to_xlsx(card) == to_xlsx(card)
