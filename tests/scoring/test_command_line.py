from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from harness.errors import ResultsTrouble
from harness.model import Outcome
from scoring.__main__ import app
from scoring.conclude import assess, conclude
from scoring.scorecard import Scorecard
from tests.scoring.records import attempts, write

SOME = attempts({Outcome.COMPLETED: 4, Outcome.NOT_FOUND: 1})


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["score", *map(str, arguments)], env={"COLUMNS": "100"})


def test_a_card_is_printed_from_a_directory_an_id_or_the_latest(tmp_path: Path) -> None:
    directory = write(tmp_path, *SOME, run_id="one")
    for reference in (directory, "one", "latest"):
        result = call(reference, "--results", tmp_path)
        assert result.exit_code == 0, result.output
        assert "4/5  80 % [36–98]" in result.stdout


def test_findings_are_no_failure_of_the_command(tmp_path: Path) -> None:
    assert call(write(tmp_path, *attempts({Outcome.CRASHED: 2}))).exit_code == 0


def test_json_is_the_card_and_nothing_else(tmp_path: Path) -> None:
    directory = write(tmp_path, *SOME)
    result = call(directory, "--json")
    assert Scorecard.model_validate_json(result.stdout) == assess([directory]).card
    assert json.loads(result.stdout)["performed_by"] == "robot"


def test_several_runs_make_one_card(tmp_path: Path) -> None:
    write(tmp_path, *SOME, run_id="one")
    write(tmp_path, *SOME, run_id="two")
    result = call("one", "two", "--results", tmp_path, "--json")
    assert json.loads(result.stdout)["tasks"][0]["rate"]["n"] == 10


@pytest.mark.parametrize("reference", ["missing", "latest"])
def test_what_the_user_can_mend_is_told_on_stderr_with_code_2(
    tmp_path: Path, reference: str
) -> None:
    result = call(reference, "--results", tmp_path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("scoring: ")
    assert "Traceback" not in result.stderr


def test_the_same_run_under_two_names_is_refused(tmp_path: Path) -> None:
    directory = write(tmp_path, *SOME, run_id="one")
    assert call(directory, "one", "--results", tmp_path).exit_code == 2


def test_scoring_from_disk_writes_nothing(tmp_path: Path) -> None:
    directory = write(tmp_path, *SOME)
    before = sorted(directory.rglob("*"))
    call(directory)
    assert sorted(directory.rglob("*")) == before


def test_the_last_act_of_a_run_prints_and_keeps_the_same_card(tmp_path: Path) -> None:
    directory = write(tmp_path, *SOME)
    console = Console(file=io.StringIO(), width=100)
    card = conclude(directory, console)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == call(directory).stdout
    kept = (directory / "scores" / "scorecard.json").read_text(encoding="utf-8")
    assert Scorecard.model_validate_json(kept) == card


def test_the_card_is_printed_even_where_it_cannot_be_kept(tmp_path: Path) -> None:
    directory = write(tmp_path, *SOME)
    (directory / "scores").write_text("in the way")
    console = Console(file=io.StringIO(), width=100)
    with pytest.raises(ResultsTrouble):
        conclude(directory, console)
    assert isinstance(console.file, io.StringIO)
    assert "4/5  80 % [36–98]" in console.file.getvalue()
