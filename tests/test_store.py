from __future__ import annotations

import errno
import json
import os
import random
import resource
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from harness import store
from harness.errors import ResultsTrouble, UsageError
from harness.model import AttemptRecord, Outcome, Resumption
from harness.store import (
    RunDirectory,
    find_run,
    new_run_id,
    picture_path,
    read_resumptions,
    read_run,
    write_scores,
)
from tests.scoring import records
from tests.scoring.records import attempt, attempts, request, step, write

THREE = attempts({Outcome.COMPLETED: 2, Outcome.ABSENT: 1})


def _lines(directory: Path, worker: str = "main") -> Path:
    return directory / "attempts" / f"{worker}.jsonl"


def _ids(records: tuple[AttemptRecord, ...]) -> list[str]:
    return [record.id for record in records]


# --- what was written is read ---------------------------------------------------------------------


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    directory = write(tmp_path, *THREE)
    assert read_run(directory) == records.run(*THREE)


def test_a_run_without_attempts_is_a_run(tmp_path: Path) -> None:
    directory = write(tmp_path, missing=THREE)
    run = read_run(directory)
    assert run.attempts == ()
    assert run.problems == ()
    assert len(run.run.plan) == 3


def test_attempts_are_read_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    one, two, three = THREE
    with RunDirectory.create(tmp_path, request(*THREE)) as directory:
        for record, worker in ((three, "gw0"), (one, "gw1"), (two, "gw0")):
            directory.append(record.model_copy(update={"worker": worker}))
    assert _ids(read_run(directory.path).attempts) == _ids(THREE)


def test_chinese_text_is_kept_readable_on_disk(tmp_path: Path) -> None:
    directory = write(tmp_path, *THREE)
    assert "示例市民云" in (directory / "run.json").read_text(encoding="utf-8")
    assert "点按" in _lines(directory).read_text(encoding="utf-8")


def test_a_line_holds_one_attempt_and_ends_in_a_newline(tmp_path: Path) -> None:
    text = _lines(write(tmp_path, *THREE)).read_bytes()
    assert text.endswith(b"\n")
    assert [json.loads(line)["id"] for line in text.splitlines()] == _ids(THREE)


# --- one run, one directory -----------------------------------------------------------------------


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    directory = write(tmp_path, *THREE)
    before = (directory / "run.json").read_bytes()
    with pytest.raises(UsageError, match=r"never overwritten.*--run-id"):
        RunDirectory.create(tmp_path, request(attempt(Outcome.CRASHED)))
    assert (directory / "run.json").read_bytes() == before


def test_of_many_that_create_the_same_run_at_once_one_succeeds(tmp_path: Path) -> None:
    def create(_: int) -> bool:
        try:
            RunDirectory.create(tmp_path, request(*THREE))
        except UsageError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(8))) == 1


def test_a_run_that_is_being_written_cannot_be_resumed(tmp_path: Path) -> None:
    with (
        RunDirectory.create(tmp_path, request(*THREE)) as directory,
        pytest.raises(UsageError, match="being written by another process"),
    ):
        RunDirectory.resume(directory.path)


def test_a_run_that_was_let_go_can_be_resumed_once(tmp_path: Path) -> None:
    one, two, three = THREE
    directory = write(tmp_path, one, missing=(two, three))
    with RunDirectory.resume(directory) as resumed:
        resumed.append(two)
        with pytest.raises(UsageError, match="being written"):
            RunDirectory.resume(directory)
    assert _ids(read_run(directory).attempts) == _ids((one, two))


def test_a_file_system_without_locks_is_written_to_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    assert _ids(read_run(write(tmp_path, *THREE)).attempts) == _ids(THREE)


@pytest.mark.parametrize("run_id", ["", "..", ".hidden", "a/b", "latest", "a b", "x" * 101, "市"])
def test_an_id_that_cannot_name_a_directory_is_refused(tmp_path: Path, run_id: str) -> None:
    with pytest.raises(UsageError, match="cannot be the id of a run"):
        RunDirectory.create(tmp_path, request(*THREE, run_id=run_id))
    assert list(tmp_path.iterdir()) == []


def test_a_new_id_sorts_by_time_and_depends_on_what_is_given_only() -> None:
    now = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
    run_id = new_run_id(now, random.Random(7))
    assert run_id.startswith("20261123-094100-")
    assert len(run_id) == len("20261123-094100-xxxx")
    assert run_id == new_run_id(now, random.Random(7))
    assert run_id != new_run_id(now, random.Random(8))


# --- workers --------------------------------------------------------------------------------------


def test_workers_write_beside_each_other(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path, request(*THREE)) as directory:
        for number, record in enumerate(THREE):
            worker = RunDirectory.join(directory.path)
            worker.append(record.model_copy(update={"worker": f"gw{number}"}))
    assert _ids(read_run(directory.path).attempts) == _ids(THREE)
    assert sorted(path.name for path in (directory.path / "attempts").iterdir()) == [
        "gw0.jsonl",
        "gw1.jsonl",
        "gw2.jsonl",
    ]


def test_two_writers_of_one_file_do_not_mix_their_lines(tmp_path: Path) -> None:
    many = attempts({Outcome.COMPLETED: 60})
    directory = RunDirectory.create(tmp_path, request(*many))
    writers = [RunDirectory.join(directory.path) for _ in range(4)]

    def append(number: int) -> None:
        writers[number % 4].append(many[number])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(len(many))))
    run = read_run(directory.path)
    assert _ids(run.attempts) == _ids(many)
    assert run.problems == ()


@pytest.mark.parametrize("worker", ["", "../gw0", "a/b"])
def test_a_worker_that_cannot_name_a_file_is_a_bug_of_ours(tmp_path: Path, worker: str) -> None:
    directory = RunDirectory.create(tmp_path, request(*THREE))
    with pytest.raises(ValueError, match="not the name of a worker"):
        directory.append(attempt(worker=worker))


def test_only_a_run_can_be_joined_or_resumed(tmp_path: Path) -> None:
    for enter in (RunDirectory.join, RunDirectory.resume):
        with pytest.raises(UsageError, match=r"run\.json is missing"):
            enter(tmp_path)


# --- evidence -------------------------------------------------------------------------------------


def test_the_same_picture_is_stored_once(tmp_path: Path) -> None:
    directory = RunDirectory.create(tmp_path, request(*THREE))
    name = directory.keep(b"pixels", "png")
    first = directory.picture_path(name).stat()
    assert directory.keep(b"pixels", "png") == name
    assert RunDirectory.join(directory.path).keep(b"pixels", "png") == name
    assert directory.picture_path(name).stat() == first
    assert directory.picture_path(name).read_bytes() == b"pixels"


def test_evidence_lies_under_the_first_two_digits_of_its_hash(tmp_path: Path) -> None:
    directory = RunDirectory.create(tmp_path, request(*THREE))
    name = directory.keep(b"<hierarchy/>", "xml.gz")
    assert name.endswith(".xml.gz")
    assert len(name) == 64 + len(".xml.gz")
    path = directory.picture_path(name)
    assert path == directory.path / "evidence" / name[:2] / name
    assert [path] == [file for file in (directory.path / "evidence").rglob("*") if file.is_file()]


def test_evidence_that_a_power_cut_left_empty_is_written_again(tmp_path: Path) -> None:
    directory = RunDirectory.create(tmp_path, request(*THREE))
    name = directory.keep(b"pixels", "png")
    directory.picture_path(name).write_bytes(b"")
    directory.keep(b"pixels", "png")
    assert directory.picture_path(name).read_bytes() == b"pixels"


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "ab/cd.png", f"{'0' * 63}.png", f"{'0' * 64}.png/../x"]
)
def test_a_name_from_elsewhere_does_not_lead_out_of_the_run(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="not the name of a piece of evidence"):
        picture_path(tmp_path, name)


@pytest.mark.parametrize("suffix", ["", ".png", "PNG", "a/b", "tar.gz.x"])
def test_a_suffix_must_be_one(tmp_path: Path, suffix: str) -> None:
    directory = RunDirectory.create(tmp_path, request(*THREE))
    with pytest.raises(ValueError, match="not a suffix"):
        directory.keep(b"", suffix)


def test_evidence_is_on_the_disk_before_the_line_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = RunDirectory.create(tmp_path, request(*THREE))
    names = [directory.keep(data, "png") for data in (b"before", b"after", b"advert")]
    hierarchy, log = directory.keep(b"<a/>", "xml"), directory.keep(b"log", "log")
    record = attempt(
        steps=(
            step(
                before=names[0],
                after=names[1],
                hierarchy=hierarchy,
                interruptions=(records.advert().model_copy(update={"picture": names[2]}),),
            ),
        ),
        log=log,
    )
    acts: list[str] = []
    real_fsync, real_write = os.fsync, os.write

    def fsync(descriptor: int) -> None:
        acts.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        real_fsync(descriptor)

    def write(descriptor: int, data: bytes) -> int:
        acts.append("write")
        return real_write(descriptor, data)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc to tell which file is synced")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "write", write)
    directory.append(record)
    line = acts.index("write")
    assert {f"sync {name}" for name in (*names, hierarchy, log)} <= set(acts[:line])
    assert {f"sync {name[:2]}" for name in (*names, hierarchy, log)} <= set(acts[:line])
    assert acts[line:] == ["write", "sync main.jsonl", "sync attempts"]
    acts.clear()
    directory.append(attempt(repetition=2))
    assert acts == ["write", "sync main.jsonl"]


class Disk:
    """What a power cut would leave: which contents and which entries of folders were waited for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
        self.root = root
        self.unsynced: set[int] = set()
        self.entries: dict[int, set[str]] = {}
        self.lines: list[Path] = []
        self.before_line: Callable[[], None] = lambda: None
        self._open, self._write, self._fsync = os.open, os.write, os.fsync
        monkeypatch.setattr(os, "open", self.open)
        monkeypatch.setattr(os, "write", self.write)
        monkeypatch.setattr(os, "fsync", self.fsync)
        for name in ("mkdir", "replace", "rename"):
            monkeypatch.setattr(os, name, partial(self._entered, getattr(os, name)))

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT and not Path(path).exists():
            self._enter(Path(path))
        return self._open(path, flags, mode)

    def write(self, descriptor: int, data: bytes) -> int:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.suffix == ".jsonl":
            self.lines.append(path)
            self.before_line()
        self.unsynced.add(os.fstat(descriptor).st_ino)
        return self._write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        node = os.fstat(descriptor).st_ino
        self.unsynced.discard(node)
        self.entries.pop(node, None)
        self._fsync(descriptor)

    def _entered(self, act: Callable[..., None], *arguments: Any, **others: Any) -> None:
        act(*arguments, **others)
        paths = [Path(one) for one in arguments if isinstance(one, str | Path)]
        self._enter(paths[-1])

    def _enter(self, path: Path) -> None:
        self.entries.setdefault(path.parent.stat().st_ino, set()).add(path.name)

    def keeps(self, path: Path) -> bool:
        """Whether a file would be there after a power cut, as it is now."""
        named = takewhile(lambda one: one != self.root, (path, *path.parents))
        return path.stat().st_ino not in self.unsynced and not any(
            one.name in self.entries.get(one.parent.stat().st_ino, ()) for one in named
        )


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc to tell which file is written")
    return Disk(monkeypatch, tmp_path)


def test_a_power_cut_at_any_line_leaves_what_the_line_names(tmp_path: Path, disk: Disk) -> None:
    many = attempts({Outcome.COMPLETED: 5})
    directory = RunDirectory.create(tmp_path / "new" / "results", request(*many))
    assert disk.keeps(directory.path / "run.json")
    named: list[Path] = []

    def check() -> None:
        assert named
        assert all(disk.keeps(path) for path in named)

    disk.before_line = check
    for number, one in enumerate(many):
        picture = directory.keep(f"picture {number // 2}".encode(), "jpg")
        log = directory.keep(f"log {number}".encode(), "log")
        named += map(directory.picture_path, (picture, log))
        directory.append(one.model_copy(update={"steps": (step(after=picture),), "log": log}))
        assert disk.keeps(disk.lines[-1])
    assert len(disk.lines) == len(many)


def test_a_file_whose_maker_died_before_it_waited_for_the_disk_is_waited_for(
    tmp_path: Path, disk: Disk
) -> None:
    directory = RunDirectory.create(tmp_path, request(*THREE))
    name = directory.keep(b"pixels", "png")
    made = _lines(directory.path)
    os.close(os.open(made, os.O_CREAT | os.O_WRONLY))
    directory.close()
    with RunDirectory.resume(directory.path) as resumed:
        assert resumed.keep(b"pixels", "png") == name
        resumed.append(attempt(log=resumed.keep(b"log", "log"), steps=(step(after=name),)))
        assert disk.keeps(made)
        assert disk.keeps(resumed.picture_path(name))


def test_evidence_that_a_power_cut_left_as_zeros_is_written_again(tmp_path: Path) -> None:
    directory = RunDirectory.create(tmp_path, request(*THREE))
    name = directory.keep(b"pixels", "png")
    directory.picture_path(name).write_bytes(b"\0" * len(b"pixels"))
    directory.keep(b"pixels", "png")
    assert directory.picture_path(name).read_bytes() == b"pixels"


def test_a_line_that_names_evidence_nobody_kept_is_not_written(tmp_path: Path) -> None:
    directory = RunDirectory.create(tmp_path, request(*THREE))
    with pytest.raises(ResultsTrouble, match="it is gone"):
        directory.append(attempt(log=f"{'0' * 64}.log"))
    assert read_run(directory.path).attempts == ()


# --- damage ---------------------------------------------------------------------------------------


def test_a_line_cut_at_any_byte_costs_that_line_only(tmp_path: Path) -> None:
    one, two, three = THREE
    directory = write(tmp_path, one, two, missing=(three,))
    path = _lines(directory)
    whole = path.read_bytes()
    first_line = whole.index(b"\n") + 1
    for cut in range(first_line, len(whole)):
        path.write_bytes(whole[:cut])
        run = read_run(directory)
        if cut == first_line:
            assert (_ids(run.attempts), run.problems) == ([one.id], ())
        elif cut == len(whole) - 1:  # only the newline is missing
            assert (_ids(run.attempts), run.problems) == (_ids((one, two)), ())
        else:
            assert _ids(run.attempts) == [one.id], cut
            assert run.problems == (
                "attempts/main.jsonl:2: cut off before its end; the line is left out",
            )


@pytest.mark.parametrize("lost", [1, 2, 40, 700])
def test_what_is_appended_after_a_cut_off_line_stays_whole(tmp_path: Path, lost: int) -> None:
    one, two, three = THREE
    directory = write(tmp_path, one, two, missing=(three,))
    path = _lines(directory)
    path.write_bytes(path.read_bytes()[:-lost])
    with RunDirectory.resume(directory) as resumed:
        resumed.append(three)
    run = read_run(directory)
    assert {one.id, three.id} <= set(_ids(run.attempts))
    assert len(run.problems) == (0 if lost == 1 else 1)


DAMAGE = {
    "bytes that are no UTF-8": b"\xff\xfe\x80 not text\n",
    "a cut character": '{"id": "示'.encode()[:-1] + b"\n",
    "zeros, as a power cut leaves them": b"\0" * 512 + b"\n",
    "an empty line": b"\n",
    "another kind of JSON": b"[1, 2]\n",
    "a key that is unknown": b'{"surprise": 1}\n',
    "a lone surrogate": b'{"id": "\\ud800"}\n',
    "deep nesting": b"[" * 100_000 + b"\n",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_line_is_reported_and_left_out(tmp_path: Path, damage: bytes) -> None:
    directory = write(tmp_path, *THREE)
    path = _lines(directory)
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + damage + b"".join(others))
    run = read_run(directory)
    assert _ids(run.attempts) == _ids(THREE)
    (problem,) = run.problems
    assert problem.startswith("attempts/main.jsonl:2: ")
    assert len(problem) < 300
    assert "\n" not in problem


def test_a_line_without_end_is_reported_and_the_next_ones_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LONGEST_LINE", 10_000)
    directory = write(tmp_path, *THREE)
    path = _lines(directory)
    lines = path.read_bytes()
    for length in (10_000, 10_001, 20_002, 35_000):
        path.write_bytes(b"x" * length + b"\n" + lines)
        run = read_run(directory)
        assert _ids(run.attempts) == _ids(THREE), length
        assert run.problems == (
            "attempts/main.jsonl:1: longer than 10000 bytes; the line is left out",
        )


def test_of_an_attempt_recorded_twice_the_first_counts(tmp_path: Path) -> None:
    one, two, three = THREE
    directory = write(tmp_path, one, two, missing=(three,))
    again = one.model_copy(
        update={"started_at": three.started_at, "task_s": 99.0, "worker": "again"}
    )
    RunDirectory.join(directory).append(again)
    run = read_run(directory)
    assert run.attempts == (one, two)
    assert run.problems == (
        f"attempts/again.jsonl:1: {one.id} was recorded before, at attempts/main.jsonl:1; "
        "the line is left out",
    )


def test_an_attempt_that_nobody_planned_is_reported_and_left_out(tmp_path: Path) -> None:
    directory = write(tmp_path, *THREE)
    stranger = attempt(scenario="other_task")
    RunDirectory.join(directory).append(stranger)
    run = read_run(directory)
    assert run.attempts == THREE
    assert run.problems == (
        f"attempts/main.jsonl:4: {stranger.id} is not in the plan; the line is left out",
    )


def test_attempts_with_and_without_a_time_zone_can_be_put_in_order(tmp_path: Path) -> None:
    one, two, three = THREE
    naive = two.model_copy(update={"started_at": two.started_at.replace(tzinfo=None)})
    assert len(read_run(write(tmp_path, one, naive, three)).attempts) == 3


# --- several tries of an attempt ------------------------------------------------------------------


def _trouble(number: int) -> AttemptRecord:
    made = attempt(Outcome.HARNESS_ERROR)
    later = made.started_at + timedelta(seconds=number)
    return made.model_copy(update={"try_number": number, "started_at": later})


def test_of_several_tries_the_last_counts_and_the_others_can_be_read(tmp_path: Path) -> None:
    tries = (_trouble(1), _trouble(2), attempt().model_copy(update={"try_number": 3}))
    directory = write(tmp_path, missing=THREE)
    for one, worker in zip(tries, ("gw1", "main", "gw0"), strict=True):
        RunDirectory.join(directory).append(one.model_copy(update={"worker": worker}))
    run = read_run(directory)
    assert [one.try_number for one in run.attempts] == [3]
    assert [one.try_number for one in run.superseded] == [1, 2]
    assert run.problems == ()


def test_a_try_after_the_app_was_judged_is_reported_and_left_out(tmp_path: Path) -> None:
    directory = write(tmp_path, THREE[2], missing=THREE[:2])
    again = THREE[2].model_copy(update={"try_number": 2})
    RunDirectory.join(directory).append(again)
    run = read_run(directory)
    assert (run.attempts, run.superseded) == ((THREE[2],), ())
    assert [line.fault for line in run.left_out] == ["repeated"]


def test_a_run_knows_the_tries_of_an_attempt_so_far(tmp_path: Path) -> None:
    directory = write(tmp_path, _trouble(1), THREE[1], missing=(THREE[2],))
    joined = RunDirectory.join(directory)
    assert joined.tries(THREE[0].id) == (_trouble(1),)
    assert joined.tries(THREE[2].id) == ()
    path = _lines(directory)
    path.write_bytes(path.read_bytes() + path.read_bytes()[:200])
    assert joined.tries(THREE[0].id) == (_trouble(1),)


FAULTS = {
    "cut off": (b'{"id":"open_ho', "cut_off"),
    "cut off within its first word": (b'{"i', "cut_off"),
    "zeros for all": (b"\0" * 900, "cut_off"),
    "zeros for the end": (b'{"id":"a","steps":[{"path"' + b"\0" * 90, "cut_off"),
    "something else in the middle": (b'{"id":"a", oops, "steps":[]}', "damaged"),
    "no record": (b'{"surprise":1', "damaged"),
    "whole, and not as it should be": (b'{"id":"a"}', "damaged"),
    "empty": (b"", "damaged"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_line_cut_off_is_told_from_a_damaged_one(
    tmp_path: Path, fault: tuple[bytes, str]
) -> None:
    line, kind = fault
    directory = write(tmp_path, *THREE)
    path = _lines(directory)
    path.write_bytes(path.read_bytes() + line + b"\n")
    assert [one.fault for one in read_run(directory).left_out] == [kind]


# --- taken up again -------------------------------------------------------------------------------


def test_a_worker_that_outlives_its_run_keeps_others_from_resuming_it(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path, request(*THREE)) as created:
        first, second = (RunDirectory.join(created.path) for _ in range(2))
    first.close()
    with pytest.raises(UsageError, match="being written by another process"):
        RunDirectory.resume(created.path)
    second.close()
    with RunDirectory.resume(created.path) as resumed, RunDirectory.join(created.path) as worker:
        worker.append(THREE[0])
        resumed.append(THREE[1])


def test_each_time_that_a_run_is_taken_up_again_is_kept(tmp_path: Path) -> None:
    directory = write(tmp_path, missing=THREE)
    assert read_resumptions(directory) == ()
    resumption = Resumption(
        at=datetime(2026, 12, 1, tzinfo=UTC), versions={"python": "3.11"}, commit="0", arguments=""
    )
    with RunDirectory.resume(directory) as resumed:
        resumed.note_resumption(resumption)
        resumed.note_resumption(resumption)
    with (directory / "resumed.jsonl").open("ab") as file:
        file.write(b'{"at":"2026')
    assert read_resumptions(directory) == (resumption, resumption)


# --- what is no run -------------------------------------------------------------------------------


def test_a_directory_that_is_no_run_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no run here.*give a directory under results/"):
        read_run(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "damaged"),
        (b'{"schema_version": 2', "damaged"),
        (b"\xff\xfe", "damaged"),
        (b"[]", "not a run of Zhangce"),
        (b"{}", "not a run of Zhangce"),
        (b'{"schema_version": 2}', "damaged: run_id: Field required"),
        (b'{"schema_version": 3, "commit": "abc"}', r"a newer Zhangce \(schema version 3.*abc"),
        (b'{"schema_version": 1, "commit": "abc"}', r"an older Zhangce \(schema version 1.*abc"),
    ],
)
def test_a_damaged_or_foreign_run_json_is_told(tmp_path: Path, text: bytes, told: str) -> None:
    (tmp_path / "run.json").write_bytes(text)
    with pytest.raises(UsageError, match=rf"run\.json: .*{told}"):
        read_run(tmp_path)


def test_a_run_is_found_by_path_by_id_and_as_the_latest(tmp_path: Path) -> None:
    early = write(tmp_path, *THREE, run_id="z-early")
    late_request = request(*THREE, run_id="a-late").model_copy(
        update={"started_at": datetime(2026, 12, 1, tzinfo=UTC)}
    )
    RunDirectory.create(tmp_path, late_request).close()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "run.json").write_bytes(b"{")
    assert find_run(str(early), Path("elsewhere")) == early
    assert find_run("z-early", tmp_path) == early
    assert find_run("latest", tmp_path) == tmp_path / "a-late"


def test_a_run_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, *THREE, run_id="20261123-094100-k3xq")
    with pytest.raises(UsageError, match=r"did you mean '20261123-094100-k3xq'\?"):
        find_run("20261123-094100-k3xg", tmp_path)
    with pytest.raises(UsageError, match="pytest scenarios/"):
        find_run("latest", tmp_path / "empty")


# --- trouble with the disk ------------------------------------------------------------------------


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """Lets no file of this process grow beyond a size, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_up_leaves_the_earlier_lines_intact(tmp_path: Path) -> None:
    one, two, three = THREE
    with RunDirectory.create(tmp_path, request(*THREE)) as directory:
        directory.append(one)
        room = _lines(directory.path).stat().st_size + 100
        with _largest_file(room), pytest.raises(ResultsTrouble, match=r"main\.jsonl: .*run again"):
            directory.append(two)
        run = read_run(directory.path)
        assert run.attempts == (one,)
        assert len(run.problems) == 1
        directory.append(three)  # there is room again
        directory.append(two)
    run = read_run(directory.path)
    assert set(_ids(run.attempts)) == set(_ids(THREE))
    (problem,) = run.problems
    assert problem.startswith("attempts/main.jsonl:2: Invalid JSON: ")


def test_evidence_that_does_not_fit_leaves_no_half_of_it(tmp_path: Path) -> None:
    directory = RunDirectory.create(tmp_path, request(*THREE))
    with _largest_file(1000), pytest.raises(ResultsTrouble):
        directory.keep(b"x" * 5000, "png")
    assert [path for path in (directory.path / "evidence").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only: choose another place with --results"),
        (errno.EACCES, "not allowed"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_trouble_says_what_happened_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    directory = RunDirectory.create(tmp_path, request(*THREE))

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", fail)
    for act in (
        lambda: directory.append(THREE[0]),
        lambda: directory.keep(b"pixels", "png"),
        lambda: RunDirectory.create(tmp_path, request(*THREE, run_id="another")),
        lambda: write_scores(directory.path, {"apps.csv": b""}),
    ):
        with pytest.raises(ResultsTrouble, match=told) as caught:
            act()
        assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("act", ["write", "fsync", "rename"])
def test_a_run_that_cannot_be_begun_leaves_nothing_and_its_id_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(os, act, fail)
        with pytest.raises(ResultsTrouble, match="the disk is full"):
            RunDirectory.create(tmp_path, request(*THREE))
    assert list(tmp_path.iterdir()) == []
    RunDirectory.create(tmp_path, request(*THREE)).close()


def test_a_run_whose_process_died_as_it_began_is_no_run(tmp_path: Path) -> None:
    directory = write(tmp_path, *THREE)
    unfinished = tmp_path / ".other.0badcafe.tmp"
    shutil.copytree(directory, unfinished)
    assert find_run("latest", tmp_path) == directory


def test_a_results_directory_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("not a directory")
    with pytest.raises(ResultsTrouble, match="a part of this path is a file"):
        RunDirectory.create(tmp_path / "results", request(*THREE))


# --- scores ---------------------------------------------------------------------------------------


def test_scores_may_be_written_again_and_nothing_else_changes(tmp_path: Path) -> None:
    directory = write(tmp_path, *THREE)
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    write_scores(directory, {"apps.csv": b"first"})
    (path,) = write_scores(directory, {"apps.csv": b"second"})
    assert path.read_bytes() == b"second"
    after = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    assert after == {**before, path: b"second"}
