"""The scorecard as a workbook: a sheet a level of the tree, a sheet of tasks, a sheet of notes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import xlsxwriter
from xlsxwriter.format import Format

from scoring.estimate import Estimate
from scoring.index import AppIndex, name_of
from scoring.scorecard import Scorecard

Cell = str | float | bool | None
Kind = Literal["words", "score", "share", "seconds", "count"]
FORMATS: dict[Kind, str] = {
    "words": "@",
    "score": "0.0",
    "share": "0 %",
    "seconds": "0.0",
    "count": "0",
}
WIDTHS: dict[Kind, int] = {"words": 24, "score": 10, "share": 10, "seconds": 10, "count": 8}
LONGEST_CELL = 32_000
"""Characters that a cell of Excel holds, and some room."""


@dataclass(frozen=True)
class Column:
    """A heading, Chinese above English, and what stands below it."""

    heading: str
    kind: Kind


@dataclass(frozen=True)
class Sheet:
    """A table with its name."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def to_xlsx(card: Scorecard) -> bytes:
    """The card as a workbook; the same card gives the same bytes.

    Numbers are unrounded and formatted. A cell is empty where nothing was measured. No text
    is taken for a formula or a link, whatever an App is called.
    """
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        if card.runs:
            started = min(run.started_at for run in card.runs)
            book.set_properties({"title": "掌测 Zhangce", "created": started.replace(tzinfo=None)})
        heading = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8F0FE", "border": 1}
        )
        formats = {
            kind: book.add_format({"num_format": form, "valign": "top", "text_wrap": True})
            for kind, form in FORMATS.items()
        }
        for sheet in _sheets(card):
            _write(book, sheet, heading, formats)
    return file.getvalue()


def _write(
    book: xlsxwriter.Workbook, sheet: Sheet, heading: Format, formats: dict[Kind, Format]
) -> None:
    page = book.add_worksheet(sheet.name)
    page.freeze_panes(1, 1)
    page.set_row(0, 32)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, WIDTHS[column.kind])
        page.write_string(0, place, column.heading, heading)
    for number, row in enumerate(sheet.rows, start=1):
        for place, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
            form = formats[column.kind]
            if isinstance(cell, str):
                page.write_string(number, place, _fit(cell), form)
            elif cell is not None:
                page.write_number(number, place, float(cell), form)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)


def _fit(text: str) -> str:
    """What an XML file and a cell of Excel can hold."""
    return "".join(each for each in text if each.isprintable() or each == "\n")[:LONGEST_CELL]


# --- sheets ---------------------------------------------------------------------------------------

_ESTIMATE = (
    Column("得分\nScore", "score"),
    Column("下限 95 %\nLow", "score"),
    Column("上限 95 %\nHigh", "score"),
    Column("n", "count"),
)
_APP = Column("App", "words")


def _sheets(card: Scorecard) -> Iterator[Sheet]:
    apps = card.index.apps if card.index is not None else ()
    yield _index_sheet(card, apps)
    names = ("能力 Capabilities", "二级 Level 2", "指标 Indicators")
    for level, name in enumerate(names, start=1):
        yield _level_sheet(name, level, apps)
    yield _task_sheet(card)
    notes = [(note.zh, note.en) for note in card.notes]
    notes += [(problem, "") for problem in card.problems]
    yield Sheet("说明 Notes", (Column("说明\nNotes", "words"), Column("English", "words")), notes)


def _index_sheet(card: Scorecard, apps: Sequence[AppIndex]) -> Sheet:
    columns = (
        _APP,
        *_ESTIMATE,
        Column("等级\nBand", "words"),
        Column("最好位次\nBest place", "count"),
        Column("最差位次\nWorst place", "count"),
        Column("覆盖权重\nCovered", "share"),
        Column("几何平均\nGeometric", "score"),
        Column("封顶\nHeld down", "words"),
    )
    ranks = {} if card.index is None else card.index.ranks
    rows = [
        (
            _name(app),
            *_cells(app.index),
            None if app.band is None else str(app.band),
            *ranks.get(name_of((app.app, app.simulated)), (None, None)),
            app.covered,
            app.geometric,
            "; ".join(str(gate.title) for gate in app.held) or None,
        )
        for app in apps
    ]
    return Sheet("指数 Index", columns, rows)


def _level_sheet(name: str, level: int, apps: Sequence[AppIndex]) -> Sheet:
    columns = (
        _APP,
        Column("编号\nId", "words"),
        Column("名称", "words"),
        Column("Title", "words"),
        *_ESTIMATE,
        Column("权重\nWeight", "share"),
        Column("占总分\nShare", "share"),
        Column("覆盖\nCovered", "share"),
        Column("标注\nMark", "words"),
    )
    rows = [
        (
            _name(app),
            node.id,
            node.title.zh,
            node.title.en,
            *_cells(node.score),
            node.weight,
            node.share,
            node.covered,
            node.mark,
        )
        for app in apps
        for node in app.nodes
        if node.level == level
    ]
    return Sheet(name, columns, rows)


def _task_sheet(card: Scorecard) -> Sheet:
    columns = (
        _APP,
        Column("任务\nTask", "words"),
        Column("Title", "words"),
        Column("完成\nCompleted", "count"),
        Column("尝试\nAttempted", "count"),
        Column("完成率\nRate", "share"),
        Column("下限 95 %\nLow", "share"),
        Column("上限 95 %\nHigh", "share"),
        Column("用时 s\nTime", "seconds"),
        Column("下限 95 %\nLow", "seconds"),
        Column("上限 95 %\nHigh", "seconds"),
    )
    rows = [
        (
            _phone(task.app, task.simulated),
            task.title.zh,
            task.title.en,
            task.counts.completed,
            task.counts.attempted,
            *_cells(task.rate)[:3],
            *_cells(task.task_s)[:3],
        )
        for task in card.tasks
    ]
    return Sheet("任务 Tasks", columns, rows)


def _cells(estimate: Estimate | None) -> tuple[Cell, Cell, Cell, Cell]:
    if estimate is None:
        return None, None, None, None
    return estimate.value, estimate.low, estimate.high, estimate.n


def _name(app: AppIndex) -> str:
    return _phone(app.app, app.simulated)


def _phone(app: str, simulated: bool) -> str:
    return f"{app}（模拟手机 simulated）" if simulated else app
