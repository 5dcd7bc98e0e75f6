from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.model import AttemptRecord, Outcome
from harness.store import RunDirectory, picture_path
from scoring.__main__ import app
from scoring.verify import Check, verify
from tests.scoring.records import attempt, attempts, request, step, write

SOME = attempts({Outcome.COMPLETED: 2, Outcome.NOT_FOUND: 1})


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["verify", *map(str, arguments)], env={"COLUMNS": "100"})


def with_evidence(results: Path) -> tuple[Path, list[str]]:
    """A run of three attempts that share a picture; returns the names of its evidence."""
    with RunDirectory.create(results, request(*SOME)) as directory:
        shared = directory.keep(b"the same screen", "jpg")
        names = [shared]
        for number, one in enumerate(SOME):
            log = directory.keep(f"log {number}".encode(), "log")
            names.append(log)
            directory.append(one.model_copy(update={"steps": (step(after=shared),), "log": log}))
    return directory.path, names


def add(directory: Path, *records: AttemptRecord) -> None:
    with RunDirectory.join(directory) as joined:
        for record in records:
            joined.append(record)


def test_a_run_with_all_that_it_names_is_whole(tmp_path: Path) -> None:
    directory, names = with_evidence(tmp_path)
    check = verify(directory)
    assert check.fine
    assert (check.planned, check.recorded, check.evidence) == (3, 3, len(names))
    assert (check.unnamed, check.superseded, check.resumed, check.lines_cut_off) == (0, 0, 0, 0)


def test_evidence_is_held_against_its_hash(tmp_path: Path) -> None:
    directory, (shared, log, *_) = with_evidence(tmp_path)
    picture = picture_path(directory, shared)
    picture.write_bytes(picture.read_bytes()[:-1] + b"N")
    picture_path(directory, log).unlink()
    check = verify(directory)
    assert (check.evidence_damaged, check.evidence_missing) == ((shared,), (log,))
    assert not check.fine


def test_evidence_of_an_earlier_try_is_looked_at_too(tmp_path: Path) -> None:
    trouble = attempt(Outcome.HARNESS_ERROR)
    with RunDirectory.create(tmp_path, request(trouble)) as directory:
        log = directory.keep(b"what went wrong", "log")
        directory.append(trouble.model_copy(update={"log": log}))
        directory.append(attempt().model_copy(update={"try_number": 2}))
    assert (verify(directory.path).superseded, verify(directory.path).harness_errors) == (1, 0)
    picture_path(directory.path, log).unlink()
    assert verify(directory.path).evidence_missing == (log,)


def test_an_attempt_that_was_not_made_is_named(tmp_path: Path) -> None:
    check = verify(write(tmp_path, *SOME[:2], missing=SOME[2:]))
    assert check.missing == (SOME[2].id,)
    assert not check.fine


def test_lines_that_have_no_place_are_named(tmp_path: Path) -> None:
    directory = write(tmp_path, *SOME)
    add(directory, SOME[0], attempt(scenario="other_task"))
    lines = directory / "attempts" / "main.jsonl"
    lines.write_bytes(lines.read_bytes() + b'{"id":"half\n{"id": 7}\n')
    check = verify(directory)
    assert [place.split(": ")[0] for place in check.lines_repeated] == ["attempts/main.jsonl:4"]
    assert [place.split(": ")[0] for place in check.lines_unplanned] == ["attempts/main.jsonl:5"]
    assert [place.split(": ")[0] for place in check.lines_damaged] == ["attempts/main.jsonl:7"]
    assert check.lines_cut_off == 1
    assert not check.fine


def test_what_a_kill_leaves_behind_is_counted_and_is_no_damage(tmp_path: Path) -> None:
    directory, names = with_evidence(tmp_path)
    with RunDirectory.join(directory) as joined:
        unnamed = joined.picture_path(joined.keep(b"of an attempt that was killed", "jpg"))
    unnamed.with_name(f".{unnamed.name}.0badcafe.tmp").write_bytes(b"of an")
    lines = directory / "attempts" / "main.jsonl"
    lines.write_bytes(lines.read_bytes() + b'{"id":"find_serv')
    check = verify(directory)
    assert check.fine
    assert (check.unnamed, check.lines_cut_off, check.evidence) == (2, 1, len(names))


@pytest.mark.parametrize("json_too", [False, True])
def test_the_command_says_by_its_exit_code_whether_runs_are_whole(
    tmp_path: Path, json_too: bool
) -> None:
    whole, names = with_evidence(tmp_path / "one")
    options = ("--json",) if json_too else ()
    assert call(whole, *options).exit_code == 0
    picture_path(whole, names[0]).write_bytes(b"")
    result = call(whole, *options)
    assert result.exit_code == 1
    assert names[0] in result.stdout
    assert "Traceback" not in result.stderr


def test_json_is_the_checks_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, *SOME, run_id="one")
    write(tmp_path, *SOME[:1], missing=SOME[1:], run_id="two")
    found = json.loads(call("one", "two", "--results", tmp_path, "--json").stdout)
    assert found["fine"] is False
    assert [Check.model_validate(one).fine for one in found["runs"]] == [True, False]


def test_what_is_no_run_is_the_users_to_mend(tmp_path: Path) -> None:
    result = call("missing", "--results", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("scoring: ")


def test_looking_changes_nothing(tmp_path: Path) -> None:
    directory, _ = with_evidence(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in directory.rglob("*")}
    call(directory)
    assert {path: path.stat().st_mtime_ns for path in directory.rglob("*")} == before
