"""Nothing is lost: runs are killed at random moments, or on a disk that fills up, and resumed.

    .venv/bin/python -m tests.kills --times 50
    .venv/bin/python -m tests.kills --times 0 --disk-full 20

Each time a small run is made in a process of its own, ended in the middle, and
resumed; some resumes are killed as well, and resumed once more. Then it has to be
what a run is that nobody has disturbed: the same attempts, none twice, each whole,
what was finished before byte for byte as it was, and no process left behind. The
moments follow from the seed. It takes minutes, so tests/test_kills.py does a few only.
"""

from __future__ import annotations

import os
import random
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import psutil
import typer
from rich.console import Console
from rich.table import Table

from harness.errors import UsageError
from harness.store import read_run
from scoring.verify import Check, verify
from tests.tester import ROOT, TASK

RUN = "killed"
MARK = "ZHANGCE_KILLS"
"""In the environment of all that is started: by it what was left behind is found."""
ENDS_WITHIN_S = 180
GONE_WITHIN_S = 40
"""A worker notices after some seconds that its controller was killed."""
LARGEST_FILE = 24 * 1024
"""Where nothing can be mounted, no file may grow beyond a level; of a run's own the largest has
some 30 kB, and its pictures have more."""
FULL = "run again"
"""In every message of a disk that is full."""
NOT_KEPT = "not kept"
"""What a run says of scores or pages that had no room."""

Aim = Literal["time", "evidence", "line", "scores"]
AIMS: tuple[Aim, ...] = ("time", "evidence", "time", "line", "time", "scores", "time", "line")
"""What a kill waits for: a share of the usual time, a file of evidence, a line, the scores."""

DEVICES = """\
default: both
devices:
  one: {kind: simulated, apps: [sample_city], attended: false}
  two: {kind: simulated, apps: [sample_city], attended: false}
  both: {kind: pool, apps: [sample_city], phones: [one, two]}
"""


class Lost(AssertionError):
    """Something was lost, or left behind."""


@dataclass(frozen=True)
class Undisturbed:
    """What a run is that nobody has disturbed: its attempts, its seconds, its bytes on the disk."""

    ids: frozenset[str]
    took_s: float
    size: int


@dataclass(frozen=True)
class Kill:
    """When and how a run is killed."""

    aim: Aim
    share: float
    """Of the usual time, or of the files of that kind, that pass before."""
    workers: int
    """0: without -n."""
    whole_group: bool
    """Or the controller alone: its workers and phones have to notice."""
    again: float | None
    """The share of the usual time after which the first resume is killed too."""

    def __str__(self) -> str:
        also = "" if self.again is None else f", and its resume at {self.again:.0%}"
        return f"{self.aim} {self.share:.0%}{also}"


@dataclass(frozen=True)
class Ended:
    """What came of a run that was disturbed."""

    disturbed: str
    how: str
    before: str
    """How far it had come."""
    resumed: int
    check: Check | None
    wrong: str = ""


def kills(times: int, seed: int) -> list[Kill]:
    """Kills spread over a run, each a little by chance."""
    generator = random.Random(seed)
    return [
        Kill(
            aim=AIMS[number % len(AIMS)],
            share=min(0.98, (number + generator.random()) / times),
            workers=2 if number % 3 == 2 else 0,
            whole_group=number % 2 == 0,
            again=generator.random() if number % 4 == 3 else None,
        )
        for number in range(times)
    ]


# --- a project of its own -------------------------------------------------------------------------


class Bench:
    """A project with two short tasks, twice each, and a folder for its results."""

    def __init__(self, root: Path, results: Path) -> None:
        self.root = root
        self.results = results
        self.mark = secrets.token_hex(8)
        self.environment = {
            **os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(root), MARK: self.mark,
        }  # fmt: skip
        for folder in ("shared", "apps"):
            place = root / "scenarios" / folder
            if not place.exists():
                shutil.copytree(ROOT / "scenarios" / folder, place)
        (root / "scenarios" / "test").mkdir(exist_ok=True)
        for name, goal in (("see_consent", "privacy.agree"), ("see_it_again", "privacy.agree")):
            text = TASK.format(id=name, goal=goal, steps="  - launch")
            (root / "scenarios" / "test" / f"{name}.yaml").write_text(text, encoding="utf-8")
        (root / "devices.yaml").write_text(DEVICES)
        (root / "pytest.ini").write_text("[pytest]\n")
        shutil.copy(ROOT / "conftest.py", root)

    @property
    def run(self) -> Path:
        return self.results / RUN

    def start(
        self, *options: str, limit: Callable[[], None] | None = None
    ) -> subprocess.Popen[bytes]:
        """Starts a new run; resumes it where there is one already."""
        which = ("--resume", RUN) if self.run.exists() else ("--run-id", RUN, "--repeat", "2")
        command = (
            *(sys.executable, "-m", "pytest", "scenarios/", "-p", "no:cacheprovider"),
            *("--results", str(self.results), *which, *options),
        )
        with (self.root / "output.txt").open("wb") as output:
            return subprocess.Popen(
                command, cwd=self.root, env=self.environment, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=limit,  # noqa: PLW1509  no threads here
            )  # fmt: skip

    def finish(self, process: subprocess.Popen[bytes]) -> str:
        """Waits for the end of a run; returns what it said."""
        process.wait(ENDS_WITHIN_S)
        return (self.root / "output.txt").read_text(encoding="utf-8", errors="replace")

    def lines(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.run.glob("attempts/*.jsonl")}

    def left_behind(self) -> list[psutil.Process]:
        """What still runs of all that was started here."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get(MARK) == self.mark and process.status() != "zombie":
                    found.append(process)
        return found

    def wait_for_peace(self) -> None:
        """Returns when nothing of a killed run is there any more."""
        deadline = time.monotonic() + GONE_WITHIN_S
        while left := self.left_behind():
            if time.monotonic() > deadline:
                commands = [" ".join(process.cmdline()) for process in left]
                for process in left:
                    process.kill()
                raise Lost(f"left behind: {commands}")
            time.sleep(0.1)

    def empty(self) -> None:
        shutil.rmtree(self.results, ignore_errors=True)


def undisturbed(bench: Bench) -> Undisturbed:
    """Makes a run that nobody disturbs."""
    began = time.monotonic()
    process = bench.start()
    said = bench.finish(process)
    took_s = time.monotonic() - began
    if process.returncode or not verify(bench.run).fine:
        raise Lost(f"even undisturbed the run is not whole:\n{said}")
    size = sum(path.stat().st_blocks * 512 for path in bench.results.rglob("*"))
    ids = frozenset(attempt.id for attempt in read_run(bench.run).attempts)
    bench.empty()
    return Undisturbed(ids, took_s, size)


# --- disturbing it --------------------------------------------------------------------------------


def kill(bench: Bench, how: Kill, usual: Undisturbed) -> Ended:
    """Kills a run, resumes it until it is complete, and looks at what there is."""
    bench.empty()
    options = ("-n", f"{how.workers}") if how.workers else ()
    disturbed = f"{'group' if how.whole_group else 'alone'}{f', -n {how.workers}' * bool(options)}"
    before, resumed = "", 0
    try:
        _kill_once(bench, options, partial(_is_time, bench, how, usual), how.whole_group)
        before, kept = _how_far(bench), bench.lines()
        if how.again is not None:
            again = Kill("time", how.again, how.workers, how.whole_group, None)
            resumed += bench.run.exists()
            _kill_once(bench, options, partial(_is_time, bench, again, usual), how.whole_group)
        resumed += bench.run.exists()
        _make_the_rest(bench, options)
        return Ended(disturbed, str(how), before, resumed, _whole(bench, usual, kept))
    except (Lost, UsageError, subprocess.TimeoutExpired) as exc:
        return Ended(disturbed, str(how), before, resumed, None, str(exc))


def _kill_once(
    bench: Bench, options: tuple[str, ...], is_time: Callable[[float], bool], whole_group: bool
) -> None:
    process = bench.start(*options)
    began = time.monotonic()
    while process.poll() is None and not is_time(time.monotonic() - began):
        time.sleep(0.001)
    with suppress(ProcessLookupError):
        if whole_group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    bench.wait_for_peace()


def _is_time(bench: Bench, how: Kill, usual: Undisturbed, passed_s: float) -> bool:
    match how.aim:
        case "time":
            return passed_s >= how.share * usual.took_s
        case "evidence":
            found = len(list(bench.run.glob("evidence/*/*")))
            return found > how.share * 2 * len(usual.ids)
        case "line":
            whole = sum(line.count(b"\n") for line in bench.lines().values())
            return whole > how.share * (len(usual.ids) - 1)
        case "scores":
            return (bench.run / "scores").exists()


def _how_far(bench: Bench) -> str:
    if not bench.run.exists():
        return "no run yet"
    run = read_run(bench.run)
    return f"{len(run.attempts)}/{len(run.run.plan)}"


def _make_the_rest(bench: Bench, options: tuple[str, ...]) -> None:
    process = bench.start(*options)
    said = bench.finish(process)
    if process.returncode:
        raise Lost(f"exit code {process.returncode}:\n{said[-1500:]}")
    bench.wait_for_peace()


def _whole(bench: Bench, usual: Undisturbed, kept: dict[Path, bytes]) -> Check:
    """What was kept is there as it was, and the run is what it would have been."""
    for path, lines in kept.items():
        if not path.read_bytes().startswith(lines):
            raise Lost(f"{path.name} is not as it was")
    run, check = read_run(bench.run), verify(bench.run)
    ids = [attempt.id for attempt in run.attempts]
    if frozenset(ids) != usual.ids or len(ids) != len(usual.ids):
        raise Lost(f"other attempts: {sorted(ids)}")
    if not check.fine:
        raise Lost(f"not whole: {check}")
    if not (bench.run / "scores" / "scorecard.json").exists():
        raise Lost("no scorecard")
    strangers = [path.name for path in bench.results.iterdir() if not path.name.endswith(".tmp")]
    if strangers != [RUN]:
        raise Lost(f"beside the run: {strangers}")
    return check


# --- a disk that fills up -------------------------------------------------------------------------


@contextmanager
def small_disk(place: Path) -> Iterator[Callable[[int], None] | None]:
    """A file system of its own; gives what sets its size in bytes. None: no mounting here."""
    place.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place))
    try:
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    try:
        yield partial(_resize, place) if mounted else None
    finally:
        if mounted:
            subprocess.run(("umount", "-l", str(place)), check=True)


def _resize(place: Path, size: int) -> None:
    again = ("mount", "-o", f"remount,size={size}", str(place))
    subprocess.run(again, check=True, capture_output=True)


def levels(times: int, size: int, generator: random.Random) -> Iterator[int]:
    """Bytes after which a disk is full, below those that a run takes.

    Spread evenly; every second one near the end, for the first attempt's pictures take
    most of the room, and the lines and the scores come after them.
    """
    for number in range(times):
        share = (number + generator.random()) / times
        yield max(4096, int(size * (0.82 + 0.17 * share if number % 2 else share)))


def fill(
    bench: Bench, level: int, usual: Undisturbed, resize: Callable[[int], None] | None
) -> Ended:
    """Makes a run on a disk of so many bytes, then on a large one, and looks at what there is."""
    bench.empty()
    before, how = "", f"{level // 1024} kB"
    limit = None if resize else partial(resource.setrlimit, resource.RLIMIT_FSIZE, (level, -1))
    try:
        if resize:
            resize(level)
        process = bench.start(limit=limit)
        said = bench.finish(process)
        bench.wait_for_peace()
        before, kept = f"{_how_far(bench)}, exit code {process.returncode}", bench.lines()
        # Where only the scores had no room, the run itself was made: 0.
        is_made = bench.run.exists() and verify(bench.run).fine
        codes = (0,) if is_made else (2, 4)
        # A run takes some bytes fewer than another: near the end it may just have had room.
        told = FULL in said or (is_made and NOT_KEPT not in said)
        if process.returncode not in codes or not told or "Traceback" in said:
            raise Lost(f"it did not stop tidily: {process.returncode}\n{said[-3000:]}")
        beside = [path.name for path in bench.results.glob("*") if path != bench.run]
        if beside:
            raise Lost(f"left behind: {beside}")
        if resize:
            resize(64 * 1024 * 1024)
        resumed = int(bench.run.exists())
        _make_the_rest(bench, ())
        return Ended("full", how, before, resumed, _whole(bench, usual, kept))
    except (Lost, UsageError, subprocess.TimeoutExpired) as exc:
        return Ended("full", how, before, 0, None, str(exc))
    finally:
        if resize:
            resize(64 * 1024 * 1024)


# --- the command ----------------------------------------------------------------------------------


def disturb(root: Path, times: int, disk_full: int, seed: int) -> Iterator[Ended]:
    """Kills so many runs, fills the disk under so many; each ends in what came of it."""
    if times:
        bench = Bench(root, root / "results")
        usual = undisturbed(bench)
        for how in kills(times, seed):
            yield kill(bench, how, usual)
    if disk_full:
        generator = random.Random(seed)
        with small_disk(root / "disk") as resize:
            bench = Bench(root, root / "disk" / "results")
            usual = undisturbed(bench)
            for level in levels(disk_full, usual.size if resize else LARGEST_FILE, generator):
                yield fill(bench, level, usual, resize)


def main(
    times: Annotated[int, typer.Option(min=0, help="Runs to kill.")] = 50,
    disk_full: Annotated[int, typer.Option(min=0, help="Runs on a disk that fills up.")] = 0,
    seed: Annotated[int, typer.Option(help="Of the moments and levels.")] = 1,
) -> None:
    """Disturbs runs, and says of each what came of it; exit code 1 when anything was lost."""
    console = Console()
    table = Table("", "disturbed", "when", "had come to", "resumed", "cut off", "unnamed", "result")
    held = 0
    with tempfile.TemporaryDirectory(prefix="zhangce-kills-") as folder:
        for number, one in enumerate(disturb(Path(folder), times, disk_full, seed), start=1):
            found = one.check
            held += found is not None
            table.add_row(
                f"{number}", one.disturbed, one.how, one.before, f"{one.resumed}",
                f"{found.lines_cut_off}" if found else "", f"{found.unnamed}" if found else "",
                "[green]whole[/]" if found else "[red]LOST[/]",
            )  # fmt: skip
            console.print(f"{number}: {one.how}: {one.before}: {'LOST' if one.wrong else 'whole'}")
            if one.wrong:
                console.print(one.wrong, markup=False)
    console.print(table)
    console.print(f"{held} of {times + disk_full} hold")
    if held != times + disk_full:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
