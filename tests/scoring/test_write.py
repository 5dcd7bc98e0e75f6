from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from harness.errors import ResultsTrouble
from harness.model import Outcome
from scoring.scorecard import Scorecard, score, with_index
from scoring.tree import load_tree
from scoring.write import to_csv, to_json, write, write_to
from tests.scoring.example import everything
from tests.scoring.records import attempt, attempts, run
from tests.scoring.records import write as write_run
from tests.scoring.test_show_index import SAMPLES


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def test_the_scores_are_written_under_scores(tmp_path: Path) -> None:
    directory = write_run(tmp_path, *attempts({Outcome.COMPLETED: 4, Outcome.NOT_FOUND: 1}))
    paths = write(score([everything()]), directory)
    assert [path.relative_to(directory).as_posix() for path in paths] == [
        "scores/scorecard.json",
        "scores/tasks.csv",
        "scores/apps.csv",
        "scores/indicators.csv",
        "scores/indicators.xlsx",
    ]


def test_the_json_is_the_card_and_says_chinese_as_such(tmp_path: Path) -> None:
    card = score([everything()])
    text = to_json(card)
    assert Scorecard.model_validate_json(text) == card
    assert "示例市民云" in text
    assert text == to_json(score([everything()]))


def test_a_spreadsheet_opens_the_csv_with_its_chinese_intact(tmp_path: Path) -> None:
    card = score([everything()])
    _, tasks, apps, *_ = write(card, write_run(tmp_path, attempt()))
    assert tasks.read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(_rows(tasks)) == len(card.tasks)
    assert [row["name_zh"] for row in _rows(apps)] == ["示例市民云", "他市通"]


def test_what_is_missing_is_an_empty_cell_and_what_nobody_had_a_zero(tmp_path: Path) -> None:
    card = score([run(*attempts({Outcome.NOT_FOUND: 2}))])
    _, tasks, *_ = write(card, write_run(tmp_path, attempt()))
    (row,) = _rows(tasks)
    assert (row["task_s"], row["task_s_n"]) == ("", "")
    assert row["rate_n"] == "2"
    assert (row["outcome_not_found"], row["outcome_completed"]) == ("2", "0")
    assert row["simulated"] == "True"


def test_a_flaky_task_is_so_in_csv_and_json(tmp_path: Path) -> None:
    made = (
        *attempts({Outcome.COMPLETED: 2, Outcome.CRASHED: 1}),
        *attempts({Outcome.COMPLETED: 2}, scenario="b"),
    )
    card = score([run(*made)])
    _, tasks, apps, *_ = write(card, write_run(tmp_path, attempt()))
    assert [(row["stability"], row["flaky"]) for row in _rows(tasks)] == [
        ("flaky", "phone 2/3: completed completed crashed"),
        ("steady", ""),
    ]
    assert [(row["flaky_tasks"], row["repeated_tasks"]) for row in _rows(apps)] == [("1", "2")]
    (flaky,) = json.loads(to_json(card))["tasks"][0]["flaky"]
    assert flaky["outcomes"] == ["completed", "completed", "crashed"]


def test_numbers_in_the_json_are_not_rounded() -> None:
    card = score([run(*attempts({Outcome.COMPLETED: 4, Outcome.NOT_FOUND: 1}))])
    (task,) = json.loads(to_json(card))["tasks"]
    assert task["rate"]["low"] == card.tasks[0].rate.low  # type: ignore[union-attr]  # attempted


def test_no_rows_are_an_empty_file() -> None:
    assert to_csv([]) == b"\xef\xbb\xbf"


@pytest.mark.parametrize("text", ["=cmd()|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\r=1"])
def test_a_text_is_never_a_formula_and_a_number_stays_one(text: str) -> None:
    table = to_csv([{"app": text, "gap": -1.5}]).decode("utf-8-sig")
    assert list(csv.DictReader(io.StringIO(table, newline=""))) == [
        {"app": f"'{text}", "gap": "-1.5"}
    ]


def test_the_index_is_a_row_an_app_and_indicator_and_empty_where_nothing_was_measured(
    tmp_path: Path,
) -> None:
    card = with_index(score([everything()]), SAMPLES["index_partly"])
    paths = {path.name: path for path in write_to(card, tmp_path / "new" / "folder")}
    rows = _rows(paths["indicators.csv"])
    assert len(rows) == 2 * len(list(load_tree().walk()))
    (completed,) = [row for row in rows if row["app"] == "whole" and row["id"] == "B2.1"]
    assert (completed["score"], completed["score_n"], completed["level"]) == ("100.0", "2", "3")
    assert {row["score"] for row in rows if row["id"] == "E1.1"} == {""}
    (sample, *_) = _rows(paths["apps.csv"])
    assert (sample["index"], sample["place_best"], sample["band_en"]) == ("", "", "")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        ResultsTrouble, match="is a file: choose another place with --to"
    ):
        write_to(score([everything()]), tmp_path / "file")
