"""The frames of a run as Parquet files under its scores/: read in seconds, App by App.

    attempts.parquet   a row an attempt, as `attempt_frame` has it
    steps.parquet      a row a step, as `step_frame` has it

Each App (on a simulated phone, or on a real one) is a row group of its own in both, so that one
is read without the others. A file says of which records it is; where those have changed since,
it is as if it were not there.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from harness.model import AttemptRecord
from harness.store import (
    Run,
    read_request,
    read_run,
    records_stamp,
    scores_path,
    write_scores,
)
from scoring.frame import attempt_frame, step_frame
from scoring.index import AppKey
from scoring.values import STEP_COLUMNS, attempt_values

PACK_VERSION = 1
"""Raised when the same records give other frames."""
ATTEMPTS_FILE = "attempts.parquet"
STEPS_FILE = "steps.parquet"
OF_RECORDS, APPS = b"zhangce.records", b"zhangce.apps"
"""Keys of a file's metadata: the stamp of the records; the Apps, a row group each."""

AT_ONCE = 32
"""Apps that are read and turned into values together: one alone takes nearly as long."""

Frame = Callable[[Iterable[Run]], pd.DataFrame]


@dataclass(frozen=True)
class Packed:
    """A run's Parquet files, opened.

    Attributes:
        apps: those that it has attempts of, in order.
    """

    apps: tuple[AppKey, ...]
    _attempts: pq.ParquetFile
    _steps: pq.ParquetFile

    @cached_property
    def places(self) -> Mapping[AppKey, int]:
        """Which row group each App has."""
        return {app: place for place, app in enumerate(self.apps)}

    def attempts(self, apps: Iterable[AppKey]) -> pd.DataFrame:
        """Some Apps' rows of the attempt frame."""
        return _typed(self._attempts.read_row_groups([self.places[app] for app in apps]))

    def steps(self, apps: Iterable[AppKey], columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Some Apps' rows of the step frame, with all columns or these."""
        groups = [self.places[app] for app in apps]
        return _typed(self._steps.read_row_groups(groups, columns=columns))


def pack(directory: Path) -> tuple[Path, ...]:
    """Writes the frames of a run as Parquet, in place of earlier ones.

    Raises:
        UsageError: it is no run.
        ResultsTrouble: the files cannot be written.
    """
    read_request(directory)
    stamp = stamp_of(directory)  # first: what is appended meanwhile makes the files stale
    run = read_run(directory)
    return write_scores(
        directory,
        {
            ATTEMPTS_FILE: _frame_to_parquet(run, attempt_frame, stamp),
            STEPS_FILE: _frame_to_parquet(run, step_frame, stamp),
        },
    )


def open_packed(directory: Path) -> Packed | None:
    """The files of a run; None where there are none, or not of the records as they are now.

    Raises:
        UsageError: the records cannot be looked at.
    """
    files = []
    for name in (ATTEMPTS_FILE, STEPS_FILE):
        try:
            file = pq.ParquetFile(scores_path(directory, name), memory_map=True)
        except (OSError, pa.ArrowInvalid):
            return None  # derived, and made again from the records
        if _metadata(file).get(OF_RECORDS) != stamp_of(directory).encode():
            return None
        files.append(file)
    attempts, steps = files
    named = json.loads(_metadata(attempts)[APPS])
    return Packed(tuple((app, simulated) for app, simulated in named), attempts, steps)


def values_by_app(
    directories: Sequence[Path], read: Mapping[Path, Run] | None = None
) -> Iterator[tuple[AppKey, pd.DataFrame]]:
    """Each App with its rows of `attempt_values`, few in memory at a time where runs are packed.

    Args:
        directories: of runs; what is packed is read from there, the rest from the records.
        read: runs that are not to be read again: what reviewers have changed is in no pack.

    Raises:
        UsageError: one is no run.
    """
    known = {directory: _Recorded.of(run) for directory, run in (read or {}).items()}
    sources = [known.get(each) or open_packed(each) or _Recorded.read(each) for each in directories]
    coming = iter(sorted({app for source in sources for app in source.apps}))
    while some := list(islice(coming, AT_ONCE)):
        parts = [_values(source, some) for source in sources]
        values = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
        for (app, simulated), rows in values.groupby(["app", "simulated"], sort=True):
            yield (str(app), bool(simulated)), rows.reset_index(drop=True)


def _values(source: Packed | _Recorded, apps: Iterable[AppKey]) -> pd.DataFrame:
    own = [app for app in apps if app in source.places]
    return attempt_values(source.attempts(own), source.steps(own, STEP_COLUMNS))


def to_parquet(
    frames: Iterable[pd.DataFrame], empty: pd.DataFrame, apps: Iterable[AppKey], stamp: str
) -> bytes:
    """Frames as one Parquet file, a row group each, with what they are of.

    Args:
        frames: an App's each; one is in memory at a time.
        empty: without rows, of the same columns and types.
        apps: whose the frames are, in the same order.
        stamp: of the records that they are of.
    """
    schema = pa.Schema.from_pandas(empty, preserve_index=False)
    metadata = {OF_RECORDS: stamp.encode(), APPS: json.dumps(list(apps)).encode()}
    schema = schema.with_metadata(schema.metadata | metadata)
    file = io.BytesIO()
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in frames:
            table = pa.Table.from_pandas(rows, schema=schema, preserve_index=False)
            writer.write_table(table, row_group_size=max(len(rows), 1))
    return file.getvalue()


def _frame_to_parquet(run: Run, frame: Frame, stamp: str) -> bytes:
    groups = attempts_by_app(run)
    frames = (frame([replace(run, attempts=each)]) for each in groups.values())
    return to_parquet(frames, frame([replace(run, attempts=())]), groups, stamp)


def attempts_by_app(run: Run) -> Mapping[AppKey, tuple[AttemptRecord, ...]]:
    """The attempts of each App of a run, Apps in order."""
    groups: dict[AppKey, list[AttemptRecord]] = {}
    for attempt in run.attempts:
        groups.setdefault((attempt.app, attempt.simulated), []).append(attempt)
    return {app: tuple(groups[app]) for app in sorted(groups)}


@dataclass(frozen=True)
class _Recorded:
    """What `Packed` is, read from the records."""

    run: Run
    groups: Mapping[AppKey, tuple[AttemptRecord, ...]]

    @classmethod
    def read(cls, directory: Path) -> _Recorded:
        return cls.of(read_run(directory))

    @classmethod
    def of(cls, run: Run) -> _Recorded:
        return cls(run, attempts_by_app(run))

    @property
    def apps(self) -> tuple[AppKey, ...]:
        return tuple(self.groups)

    @property
    def places(self) -> Collection[AppKey]:
        return self.groups

    def attempts(self, apps: Iterable[AppKey]) -> pd.DataFrame:
        return attempt_frame([self._of(apps)])

    def steps(self, apps: Iterable[AppKey], columns: Sequence[str] | None = None) -> pd.DataFrame:
        rows = step_frame([self._of(apps)])
        return rows if columns is None else rows[list(columns)]

    def _of(self, apps: Iterable[AppKey]) -> Run:
        attempts = chain.from_iterable(self.groups[app] for app in apps)
        return replace(self.run, attempts=tuple(attempts))


def stamp_of(directory: Path) -> str:
    """What a pack says of the records that it is of, as they are now."""
    return f"{PACK_VERSION}:{records_stamp(directory)}"


def _metadata(file: pq.ParquetFile) -> Mapping[bytes, bytes]:
    return file.schema_arrow.metadata or {}


def _typed(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    return frame
