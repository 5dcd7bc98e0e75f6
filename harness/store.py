"""The results directory: the one file that knows how a run is kept on disk.

    results/<run_id>/
      run.json                  what was asked; written once, before any device is touched
      resumed.jsonl             a line each time that the run was taken up again
      attempts/<worker>.jsonl   a line an attempt, appended and synced when it ends
      evidence/<ab>/<sha256>.*  pictures, hierarchies and logs by content, each once
      reviews/<reviewer>.jsonl  what people say of the attempts, a line an event
      logs/<process>/           what the servers of that process's devices said
      failures/                 annotated pictures for the failure messages: derived
      scores/, report/, desk/   derived as well; these four alone may be rewritten

Nothing is ever deleted or overwritten, but for what is derived. Each attempt is on
the disk when `RunDirectory.append` returns, evidence before the line that names
it, so that a power cut costs at most the attempt that was under way. A damaged
line costs that line, and is reported. A run's directory appears whole, with its
run.json, or not at all.

Imports `harness.model` and `harness.errors` only.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import random
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal, Self

import pydantic_core
from pydantic import ValidationError

from harness.errors import ResultsTrouble, UsageError
from harness.model import SCHEMA_VERSION, AttemptRecord, Resumption, RunRecord, Words
from harness.problem import join, suggest

RUN_FILE = "run.json"
RESUMED_FILE = "resumed.jsonl"
ATTEMPTS = "attempts"
EVIDENCE = "evidence"
FAILURES = "failures"
SCORES = "scores"
REPORT = "report"
DESK = "desk"
REVIEWS = "reviews"
LOGS = "logs"

SHARD = "shard"
"""The key of `RunRecord.options` for the part of a larger plan that a run is: `2/4`."""

ALLOW_COMMIT = "allow_commit"
"""The key of `RunRecord.options` that is there when commit points may be tapped."""
BARRIERS = "barriers"
"""The key of `RunRecord.options` for how barriers are passed."""

LATEST = "latest"
"""Stands for the run that started last, wherever a run is asked for."""
DAMAGED = Words(zh="已损坏", en="damaged")
UNREADABLE = Words(zh="读不了", en="cannot be read")

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of a line of attempts/*.jsonl: a longer one is damage (an attempt has some 50 kB)."""

RECORD_BEGINS = b'{"id":'
"""A line of attempts/*.jsonl."""

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SUFFIX = re.compile(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8})?")
_EVIDENCE_NAME = re.compile(rf"[0-9a-f]{{64}}\.{_SUFFIX.pattern}")
_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


# --- names and places -----------------------------------------------------------------------------


def new_run_id(now: datetime, generator: random.Random) -> str:
    """`20261123-094100-k3xq`: sorts by time; the letters tell two runs of one second apart."""
    return f"{now:%Y%m%d-%H%M%S}-{''.join(generator.choices(_ID_LETTERS, k=4))}"


def picture_path(directory: Path, name: str) -> Path:
    """Where the evidence lies that a record calls `name`: pictures, hierarchies and logs alike.

    Raises:
        UsageError: `name` is not a name that `RunDirectory.keep` gives (a record
            from elsewhere must not lead out of the run's directory).
    """
    if not _EVIDENCE_NAME.fullmatch(name):
        no_name = Words(zh="不是证据的名称", en="is not the name of a piece of evidence")
        raise UsageError(f"{directory}: {name!r}: {no_name}")
    return directory / EVIDENCE / name[:2] / name


def find_run(reference: str, results: Path) -> Path:
    """The directory of a run: its path, its id under `results`, or `latest`.

    Raises:
        UsageError: there is no such run; names the nearest.
    """
    if reference == LATEST:
        return _latest_run(results)
    for directory in (results / reference, Path(reference)):
        if directory.is_dir():
            return directory
    known = [directory.name for directory in _run_directories(results)]
    none = Words(
        zh=f"不是一次执行的目录，{results}/ 下也没有这个编号",
        en=f"neither a run directory nor the id of a run under {results}/",
    )
    raise UsageError(f"{reference}: {join(none, suggest(reference, known))}")


def _run_directories(results: Path) -> list[Path]:
    found = (path.parent for path in results.glob(f"*/{RUN_FILE}"))
    return sorted(directory for directory in found if not directory.name.startswith("."))


def _latest_run(results: Path) -> Path:
    runs = newest_runs(results)
    if not runs:
        none = Words(
            zh="还没有执行结果；请先运行 pytest scenarios/",
            en="holds no run yet; make one with `pytest scenarios/`",
        )
        raise UsageError(f"{results}: {none}")
    return runs[0]


def newest_runs(results: Path) -> tuple[Path, ...]:
    """The runs that can be read, the one that started last first."""
    started = []
    for directory in _run_directories(results):
        with suppress(UsageError):  # a run that cannot be read is not the one that was meant
            started.append((read_request(directory).started_at.timestamp(), directory))
    return tuple(directory for _, directory in sorted(started, reverse=True))


# --- writing --------------------------------------------------------------------------------------


class RunDirectory:
    """A run that is being written, by this process and perhaps by workers beside it.

    The process that creates or resumes a run holds it until `close` (or its own
    end): nobody else can create or resume the same run meanwhile. Its workers
    `join` it, and hold it as well: a worker that outlives a killed process for
    a moment may still add a line, and nobody resumes the run before it has ended.

    Attributes:
        path: the run's directory.
    """

    def __init__(self, path: Path, *holds: int) -> None:
        self.path = path
        self._holds = holds
        self._synced: set[str] = set()
        self._entered: set[Path] = set()

    @classmethod
    def create(cls, results: Path, run: RunRecord) -> Self:
        """Makes the directory of a new run under `results` and writes its run.json.

        Raises:
            UsageError: the id is taken, or cannot be the name of a directory.
            ResultsTrouble: it cannot be written.
        """
        _check_run_id(run.run_id)
        directory = results / run.run_id
        unfinished = results / f".{run.run_id}.{secrets.token_hex(4)}.tmp"
        with writing(directory):
            _make_folder(results)
            if os.path.lexists(directory):
                raise _taken(directory)
            try:
                unfinished.mkdir()
                (unfinished / ATTEMPTS).mkdir()
                (unfinished / EVIDENCE).mkdir()
                _replace(unfinished / RUN_FILE, _to_json(run, indent=2), sync=True)
                holds = _hold(unfinished / RUN_FILE, fcntl.LOCK_EX)
                _move(unfinished, directory)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)  # nobody has seen it
                raise
            _sync(results)
        return cls(directory, *holds)

    @classmethod
    def resume(cls, directory: Path) -> Self:
        """Takes up a run that was left unfinished.

        Raises:
            UsageError: it is no run, or another process is writing it.
        """
        read_request(directory)
        holds = _hold(directory / RUN_FILE, fcntl.LOCK_EX)
        try:
            workers = _hold(directory / ATTEMPTS, fcntl.LOCK_EX)
        except UsageError:
            _let_go(holds)
            raise
        _let_go(workers)
        return cls(directory, *holds)

    @classmethod
    def join(cls, directory: Path) -> Self:
        """Writes beside the process that created or resumed the run, as one of its workers.

        Raises:
            UsageError: it is no run.
        """
        read_request(directory)
        return cls(directory, *_hold(directory / ATTEMPTS, fcntl.LOCK_SH))

    def note_resumption(self, resumption: Resumption) -> None:
        """Keeps that the run was taken up again; tells early where nothing can be kept any more.

        Raises:
            ResultsTrouble: it cannot be written.
        """
        self._append(self.path / RESUMED_FILE, _to_json(resumption))

    def close(self) -> None:
        """Lets go of the run; what was appended is safe with or without it."""
        _let_go(self._holds)
        self._holds = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def keep(self, data: bytes, suffix: str) -> str:
        """Stores a piece of evidence by its content, once, and returns its name for the record.

        Cheap enough to call after each step: the disk is waited for in `append`.

        Args:
            data: the file's content.
            suffix: `png`, `xml.gz`, `log`.

        Raises:
            ResultsTrouble: it cannot be written.
        """
        if not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"not a suffix: {suffix!r}")
        name = f"{hashlib.sha256(data).hexdigest()}.{suffix}"
        path = self.picture_path(name)
        with writing(path):
            # Another content is what a power cut left of an earlier attempt to keep it.
            if not _holds_just(path, data):
                path.parent.mkdir(exist_ok=True)
                _replace(path, data, sync=False)
                self._synced.discard(name)
        return name

    def append(self, attempt: AttemptRecord) -> None:
        """Adds a finished attempt to attempts/<worker>.jsonl; it is on the disk on return.

        Raises:
            ResultsTrouble: it or its evidence cannot be written. The lines before it
                stay whole, and a later `append` starts a line of its own.
        """
        if not _FILE_NAME.fullmatch(attempt.worker):
            raise ValueError(f"not the name of a worker: {attempt.worker!r}")
        self._sync_evidence(evidence_names(attempt))
        self._append(self.path / ATTEMPTS / f"{attempt.worker}.jsonl", _to_json(attempt))

    def tries(self, id: str) -> tuple[AttemptRecord, ...]:
        """All whole records of an attempt so far, by whatever worker."""
        beginning = RECORD_BEGINS + json.dumps(id, ensure_ascii=False).encode() + b","
        found = (
            _parse_attempt(line)
            for path in _attempt_files(self.path)
            for _, line in _lines_of(path)
            if line.startswith(beginning)
        )
        return tuple(one for one in found if isinstance(one, AttemptRecord))

    def show_failure(self, name: str, picture: bytes) -> Path:
        """Writes a picture for a failure message, and returns where it lies.

        Raises:
            ResultsTrouble: it cannot be written.
        """
        return _write_derived(self.path / FAILURES, {name: picture})[0]

    @property
    def log_folder(self) -> Path:
        """Where this process's servers may write what they say; made when first written to."""
        return self.path / LOGS / str(os.getpid())

    def picture_path(self, name: str) -> Path:
        """Where the evidence lies that a record calls `name`."""
        return picture_path(self.path, name)

    def _append(self, path: Path, line: bytes) -> None:
        with writing(path):
            _append_line(path, line)
            if path not in self._entered:  # who made the file may have died before this
                _sync(path.parent)
                self._entered.add(path)

    def _sync_evidence(self, names: Iterable[str]) -> None:
        """Waits until evidence is on the disk; a worker that wrote it may not have waited yet."""
        new = set(names) - self._synced
        paths = [self.picture_path(name) for name in sorted(new)]
        for path in [*paths, *sorted({path.parent for path in paths})]:
            with writing(path):
                _sync(path)
        if paths:
            with writing(self.path):
                _sync(self.path / EVIDENCE)
        self._synced |= new


def write_scores(directory: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Writes files under scores/ of a run, each whole or not at all, in place of earlier ones.

    Raises:
        ResultsTrouble: they cannot be written.
    """
    return _write_derived(directory / SCORES, files)


def scores_path(directory: Path, name: str) -> Path:
    """Where `write_scores` puts a file of this name."""
    return directory / SCORES / name


def append_review(directory: Path, reviewer: str, line: bytes) -> None:
    """Adds a line to reviews/<reviewer>.jsonl; it is on the disk on return.

    Several processes may do so at once: each line is added as a whole.

    Raises:
        ResultsTrouble: it cannot be written.
    """
    if not _FILE_NAME.fullmatch(reviewer) or line.count(b"\n") != 1:
        raise ValueError(f"not a line of a reviewer: {reviewer!r}")
    folder = directory / REVIEWS
    path = folder / f"{reviewer}.jsonl"
    with writing(path):
        _make_folder(folder)
        _append_line(path, line)


def read_reviews(directory: Path) -> Iterator[tuple[str, str, bytes]]:
    """The lines of reviews/: where each stands, whose it is, and what it says."""
    for path in sorted((directory / REVIEWS).glob("*.jsonl")):
        for number, line in _lines_of(path):
            yield f"{REVIEWS}/{path.name}:{number}", path.stem, line


def report_path(directory: Path) -> Path:
    """Where the pages of a run are."""
    return directory / REPORT


def desk_path(directory: Path) -> Path:
    """Where the pages are that reviewers judge by: they tell nothing of what others say."""
    return directory / DESK


def records_stamp(directory: Path) -> str:
    """Changes whenever the records do: of the sizes and times of run.json and attempts/*.jsonl.

    What is derived from them keeps it, and is known to be stale when it is another. Records
    are only ever appended to, so that sizes and times tell; a copied run has another stamp.

    Raises:
        UsageError: the directory cannot be read.
    """
    digest = hashlib.sha256()
    for path in (directory / RUN_FILE, *_attempt_files(directory)):
        with _reading(path):
            seen = path.stat()
        digest.update(f"{path.name}\0{seen.st_size}\0{seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _write_derived(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    written = []
    with writing(folder):
        folder.mkdir(exist_ok=True)
        for name, data in files.items():
            if not _FILE_NAME.fullmatch(name):
                raise ValueError(f"not a file name: {name!r}")
            _replace(folder / name, data, sync=True)
            written.append(folder / name)
    return tuple(written)


def _check_run_id(run_id: str) -> None:
    if not _FILE_NAME.fullmatch(run_id) or run_id == LATEST:
        rule = Words(
            zh="不能作执行的编号：最多 100 个 A-Z a-z 0-9 . _ -，以字母或数字开头，"
            f"也不能是“{LATEST}”",
            en="cannot be the id of a run: use up to 100 of A-Z a-z 0-9 . _ -, "
            f"a letter or digit first, and not “{LATEST}”",
        )
        raise UsageError(f"{run_id!r}: {rule}")


def _taken(directory: Path) -> UsageError:
    said = Words(
        zh="已经存在，执行结果从不覆盖：请换一个 --run-id",
        en="exists already, and a run is never overwritten: choose another --run-id",
    )
    return UsageError(f"{directory}: {said}")


def _make_folder(folder: Path) -> None:
    """Makes a folder and those above it, and waits until their entries are on the disk."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing:
        _sync(each.parent)


def _move(unfinished: Path, directory: Path) -> None:
    """Gives a run's directory its name.

    Raises:
        UsageError: another process was first.
    """
    try:
        unfinished.rename(directory)
    except OSError as exc:
        if exc.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise _taken(directory) from exc
        raise


def _hold(path: Path, how: int) -> tuple[int, ...]:
    """Holds a file or folder of a run against other processes; returns what to let go of.

    Args:
        path: `run.json` for the run, `attempts` for its workers.
        how: `fcntl.LOCK_EX` alone, `fcntl.LOCK_SH` beside others that share it.

    Raises:
        UsageError: another process holds it.
    """
    with writing(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        os.close(descriptor)
        held = Words(
            zh="另一个进程正在写：请等它结束，或停掉它",
            en="is being written by another process: wait for its end, or stop it",
        )
        raise UsageError(f"{path.parent}: {held}") from exc
    except OSError:
        # Some network file systems have no locks; there, whoever runs must take care.
        os.close(descriptor)
        return ()
    return (descriptor,)


def _let_go(holds: Iterable[int]) -> None:
    for descriptor in holds:
        os.close(descriptor)


def _holds_just(path: Path, data: bytes) -> bool:
    """Whether a file is there and has this content."""
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except FileNotFoundError:
        return False


def _to_json(record: RunRecord | AttemptRecord | Resumption, *, indent: int | None = None) -> bytes:
    """A record as JSON in UTF-8, ended by its only newline unless it is indented."""
    return record.model_dump_json(by_alias=True, indent=indent).encode() + b"\n"


def evidence_names(attempt: AttemptRecord) -> Iterator[str]:
    """All that a record names under evidence/."""
    for step in attempt.steps:
        pictures = (met.picture for met in step.interruptions)
        yield from filter(None, (step.before, step.after, step.hierarchy, *pictures))
    if attempt.log is not None:
        yield attempt.log


def _append_line(path: Path, line: bytes) -> None:
    """Adds a line with one write and waits for the disk. A line that was cut off is ended first."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        with suppress(OSError):  # no locks on this file system: O_APPEND must do
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        is_cut_off = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        _write_all(descriptor, b"\n" + line if is_cut_off else line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(path: Path, data: bytes, *, sync: bool) -> None:
    """Writes a file beside its place and moves it there, so that nobody sees half of it."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(unfinished, flags, 0o666)
        try:
            _write_all(descriptor, data)
            if sync:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):  # the first trouble is the one to tell
            unfinished.unlink()
        raise
    if sync:
        _sync(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file that can be made again: whole or not at all, in place of an earlier one.

    Raises:
        OSError: it cannot be written; `writing` says what to do.
    """
    _replace(path, data, sync=False)


def _write_all(descriptor: int, data: bytes) -> None:
    """One write; the rest again only where the system took less, which then says why."""
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, data[written:])


def _sync(path: Path) -> None:
    """Waits until a file or the entries of a directory are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as exc:
        # EINVAL: this file system does not sync directories, and needs not be asked to.
        if exc.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


_REMEDIES = {
    errno.ENOSPC: "the disk is full: free some space, then run again",
    errno.EDQUOT: "the disk quota is used up: free some space, then run again",
    errno.EFBIG: "a file has reached the largest size allowed: raise the limit (ulimit -f), "
    "then run again",
    errno.EROFS: "the file system is read-only: choose another place with {option}",
    errno.EACCES: "not allowed: choose another place with {option}, or mend the permissions",
    errno.EPERM: "not allowed: choose another place with {option}, or mend the permissions",
    errno.ENOENT: "it is gone: leave results/ alone while a run is writing there",
    errno.ENOTDIR: "a part of this path is a file: choose another place with {option}",
    errno.EEXIST: "a part of this path is a file: choose another place with {option}",
}


@contextmanager
def writing(path: Path, option: str = "--results") -> Iterator[None]:
    """Turns what the system says of a failed write into what happened and what to do.

    Args:
        path: that is written.
        option: of the command, by which another place is chosen.

    Raises:
        ResultsTrouble: within it a write has failed.
    """
    try:
        yield
    except OSError as exc:
        remedy = _REMEDIES.get(exc.errno or 0)
        said = remedy.format(option=option) if remedy else exc.strerror or str(exc)
        raise ResultsTrouble(f"{path}: {said}") from exc


# --- reading --------------------------------------------------------------------------------------


Fault = Literal["damaged", "cut_off", "unplanned", "repeated"]
"""Why a line is left out. `cut_off`: its writing was; nothing that was whole is lost with it."""


@dataclass(frozen=True)
class LineLeftOut:
    """A line of attempts/*.jsonl that does not count.

    Attributes:
        place: `attempts/main.jsonl:3`.
        fault: what kind of fault it has.
        why: what is wrong with it, in words.
    """

    place: str
    fault: Fault
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}; the line is left out"


@dataclass(frozen=True)
class Run:
    """A run as read from its directory.

    Attributes:
        run: what was asked.
        attempts: what was observed, in the order in which the attempts began; each
            id once, its last try, and each of the plan.
        problems: what could not be read, a sentence each, with `file:line`.
        superseded: earlier tries of these attempts, which ended in trouble of ours.
        left_out: the lines that the problems are about.
    """

    run: RunRecord
    attempts: tuple[AttemptRecord, ...]
    problems: tuple[str, ...] = ()
    superseded: tuple[AttemptRecord, ...] = ()
    left_out: tuple[LineLeftOut, ...] = ()


def read_run(directory: Path) -> Run:
    """Reads a run. Damaged, repeated and unplanned lines are reported and left out.

    Raises:
        UsageError: the directory is no run, or one of another schema version.
    """
    run = read_request(directory)
    found: list[tuple[str, AttemptRecord]] = []
    left_out: list[LineLeftOut] = []
    for path in _attempt_files(directory):
        for number, line in _lines_of(path):
            place = f"{ATTEMPTS}/{path.name}:{number}"
            attempt = _parse_attempt(line)
            if isinstance(attempt, LineLeftOut):
                left_out.append(replace(attempt, place=place))
            else:
                found.append((place, attempt))
    read = _Reading({planned.id for planned in run.plan})
    # Tries in their order; of a try that is there twice, the one that began first.
    for place, attempt in sorted(
        found, key=lambda pair: (pair[1].try_number, pair[1].started_at.timestamp())
    ):
        read.take(place, attempt)
    left_out += read.left_out
    return Run(
        run=run,
        attempts=tuple(sorted(read.attempts, key=lambda one: one.started_at.timestamp())),
        problems=tuple(map(str, left_out)),
        superseded=tuple(read.superseded),
        left_out=tuple(left_out),
    )


def read_resumptions(directory: Path) -> tuple[Resumption, ...]:
    """How often a run was taken up again, and with what; a line cut off by a kill is left out."""
    path = directory / RESUMED_FILE
    found = []
    for _, line in _lines_of(path) if path.exists() else ():
        with suppress(ValidationError):
            found.append(Resumption.model_validate_json(line))
    return tuple(found)


def read_request(directory: Path) -> RunRecord:
    """Reads run.json alone: what was asked.

    Raises:
        UsageError: the directory is no run, or one of another schema version.
    """
    path = directory / RUN_FILE
    if not path.is_file():
        none = Words(
            zh=f"这里没有执行结果（缺 {RUN_FILE}）；"
            "请给出 results/ 下由 pytest scenarios/ 生成的目录",
            en=f"no run here ({RUN_FILE} is missing); "
            "give a directory under results/ that `pytest scenarios/` has made",
        )
        raise UsageError(f"{directory}: {none}")
    with _reading(path):
        text = path.read_bytes()
    _check_schema_version(path, text)
    try:
        return RunRecord.model_validate_json(text)
    except ValidationError as exc:
        raise UsageError(f"{path}: {DAMAGED}: {_first_error(exc)}") from exc


def _check_schema_version(path: Path, text: bytes) -> None:
    try:
        document = json.loads(text)
    except ValueError as exc:  # JSONDecodeError and UnicodeDecodeError
        raise UsageError(f"{path}: {DAMAGED}: {exc}") from exc
    version = document.get("schema_version") if isinstance(document, dict) else None
    if not isinstance(version, int):
        foreign = Words(
            zh="不是掌测的执行结果：没有 schema_version",
            en="not a run of Zhangce: it has no schema_version",
        )
        raise UsageError(f"{path}: {foreign}")
    if version != SCHEMA_VERSION:
        age = (
            Words(zh="较新", en="a newer")
            if version > SCHEMA_VERSION
            else Words(zh="较旧", en="an older")
        )
        commit = document.get("commit")
        other = Words(
            zh=f"由{age.zh}的掌测写成（schema version {version}，这里读的是 {SCHEMA_VERSION}）："
            f"请用它写明的提交来读，{commit}",
            en=f"written by {age.en} Zhangce (schema version {version}, this one reads "
            f"{SCHEMA_VERSION}): read it with the commit that it names, {commit}",
        )
        raise UsageError(f"{path}: {other}")


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines with their number from 1; of an endless one only the first `LONGEST_LINE` + 1 bytes."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE + 1)
        yield number, line


def _attempt_files(directory: Path) -> list[Path]:
    return sorted((directory / ATTEMPTS).glob("*.jsonl"))


def _lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    with _reading(path), path.open("rb") as file:
        yield from _lines(file)


def _parse_attempt(line: bytes) -> AttemptRecord | LineLeftOut:
    """The attempt on a line, or what is wrong with the line; its place is not known here."""
    if len(line) > LONGEST_LINE:
        return LineLeftOut("", "damaged", f"longer than {LONGEST_LINE} bytes")
    try:
        return AttemptRecord.model_validate_json(line)
    except ValidationError as exc:
        why = _first_error(exc) if line.endswith(b"\n") else "cut off before its end"
    return LineLeftOut("", "cut_off" if _is_cut_off(line) else "damaged", why)


def _is_cut_off(line: bytes) -> bool:
    """Whether a line is the beginning of a record; a power cut may leave zeros for the rest."""
    written = line.rstrip(b"\n").rstrip(b"\0")
    if not written.startswith(RECORD_BEGINS[: len(written)]):
        return False
    try:
        pydantic_core.from_json(written)
    except ValueError as exc:
        return line != b"\n" and "EOF" in str(exc)
    return False


def _first_error(error: ValidationError) -> str:
    """The first of a model's complaints, in one line, without the value (it may be long)."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]


class _Reading:
    """Takes records, lower tries first, and says which of them count."""

    def __init__(self, planned: set[str]) -> None:
        self._planned = planned
        self._last: dict[str, tuple[str, AttemptRecord]] = {}
        self.superseded: list[AttemptRecord] = []
        self.left_out: list[LineLeftOut] = []

    @property
    def attempts(self) -> list[AttemptRecord]:
        """The last try of each attempt."""
        return [attempt for _, attempt in self._last.values()]

    def take(self, place: str, attempt: AttemptRecord) -> None:
        """A record: the next try of its attempt, or one that has no place in the run."""
        if attempt.id not in self._planned:
            why = f"{attempt.id} is not in the plan"
            self.left_out.append(LineLeftOut(place, "unplanned", why))
            return
        if attempt.id in self._last:
            before, earlier = self._last[attempt.id]
            if not earlier.may_be_made_again or attempt.try_number == earlier.try_number:
                why = f"{attempt.id} was recorded before, at {before}"
                self.left_out.append(LineLeftOut(place, "repeated", why))
                return
            self.superseded.append(earlier)
        self._last[attempt.id] = (place, attempt)


# --- evidence as it lies on the disk --------------------------------------------------------------


EvidenceState = Literal["whole", "missing", "damaged"]


def check_evidence(directory: Path, name: str) -> EvidenceState:
    """Holds a piece of evidence against its name, which is the hash of its content.

    Raises:
        UsageError: `name` is not the name of a piece of evidence, or it cannot be read.
    """
    path = picture_path(directory, name)
    if not path.is_file():
        return "missing"
    with _reading(path), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return "whole" if name.startswith(digest) else "damaged"


def stored_evidence(directory: Path) -> frozenset[str]:
    """The names of all files under evidence/, also of those that were never finished."""
    return frozenset(path.name for path in (directory / EVIDENCE).rglob("*") if path.is_file())


def every_file(directory: Path) -> Iterator[Path]:
    """All files of a run, whoever has made them."""
    return iter(sorted(path for path in directory.rglob("*") if path.is_file()))


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise UsageError(f"{path}: {UNREADABLE}: {exc.strerror}") from exc
