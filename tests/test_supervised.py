"""Programs that end with us, tried with real ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from harness.clock import SystemClock
from harness.processes.family import marked, runs
from harness.processes.supervised import Supervised, clean_up, register
from harness.waiting import wait

ROOT = Path(__file__).parents[1]
GENEROUS_S = 30

# Says when it is up, has a child of its own, and a daemon that has left session and parent.
PROGRAM = """
    import subprocess, sys, time
    sleep = [sys.executable, "-c", "import time; time.sleep(300)"]
    subprocess.Popen(sleep)
    subprocess.Popen(sleep, start_new_session=True)
    print("up", flush=True)
    time.sleep(300)
"""
STUBBORN = """
    import signal, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("up", flush=True)
    time.sleep(300)
"""
TIDY = """
    import signal, sys, time
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("tidied up", flush=True)))
    print("up", flush=True)
    time.sleep(300)
"""
OWNER = """
    import os, sys, time
    from pathlib import Path
    from harness.processes.supervised import Supervised
    program = Supervised.start(
        [sys.executable, "-c", sys.argv[1]], log=Path(sys.argv[2]), environment=os.environ
    )
    print(program._leash.pid, program._entry, flush=True)
    time.sleep(300)
"""


@pytest.fixture(autouse=True)
def own_register(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    yield
    assert comes_true(lambda: list(register().iterdir()) == [])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "program.log"


def comes_true(look: Callable[[], bool]) -> bool:
    return wait(lambda: look() or None, SystemClock(), GENEROUS_S).result is not None


def start(script: str, log: Path, grace_s: float = GENEROUS_S) -> Supervised:
    program = Supervised.start(
        [sys.executable, "-c", textwrap.dedent(script)],
        log=log,
        environment=os.environ,
        grace_s=grace_s,
    )
    assert program.wait_until(lambda: program.last_words() == "up", SystemClock(), GENEROUS_S)
    return program


def test_a_program_that_is_stopped_takes_with_it_all_that_it_started(log: Path) -> None:
    program = start(PROGRAM, log)
    family = program.processes
    assert len(family) == 3
    program.stop()
    assert not program.alive
    assert not any(map(runs, family))


def test_a_program_is_asked_before_it_is_killed(log: Path) -> None:
    program = start(TIDY, log)
    program.stop()
    assert program.last_words() == "tidied up"


def test_a_program_that_does_not_listen_is_killed(log: Path) -> None:
    program = start(STUBBORN, log, grace_s=0.2)
    (process,) = program.processes
    program.stop()
    assert not runs(process)


def test_a_program_that_ends_by_itself_leaves_nothing_behind(log: Path) -> None:
    program = start(PROGRAM, log)
    family = program.processes
    leader = next(process for process in family if process.children())
    leader.kill()
    assert comes_true(lambda: not program.alive)
    assert not any(map(runs, family))
    program.stop()


def test_a_program_that_cannot_be_started_is_told_in_its_log(log: Path) -> None:
    program = Supervised.start(["no-such-program"], log=log, environment=os.environ)
    assert comes_true(lambda: not program.alive)
    assert "No such file or directory: 'no-such-program'" in program.last_words()
    program.stop()


def test_last_words_are_not_those_of_an_earlier_life(log: Path) -> None:
    start(TIDY, log).stop()
    program = Supervised.start([sys.executable, "-c", ""], log=log, environment=os.environ)
    assert comes_true(lambda: not program.alive)
    assert program.last_words() == "nothing"
    assert "tidied up" in log.read_text()
    program.stop()


def test_an_interrupt_of_ours_does_not_reach_the_program(log: Path) -> None:
    program = start(PROGRAM, log)
    ours = os.getsid(0)
    assert all(os.getsid(process.pid) != ours for process in program.processes)
    assert os.getsid(program._leash.pid) != ours
    program.stop()


def test_stopping_twice_is_as_good_as_once(log: Path) -> None:
    program = start(PROGRAM, log)
    program.stop()
    program.stop()


class Owner:
    """Another Python that has started a program, and its supervisor and entry."""

    def __init__(self, log: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(OWNER), textwrap.dedent(PROGRAM), str(log)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        pid, entry = self.process.stdout.readline().split()
        assert comes_true(lambda: log.exists() and "up" in log.read_text())
        self.leash = psutil.Process(int(pid))
        self.entry = Path(entry)
        self.family = marked(entry)
        assert len(self.family) == 3

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def owner(log: Path) -> Iterator[Owner]:
    owner = Owner(log)
    yield owner
    owner.kill()


def test_a_program_ends_when_its_owner_is_killed(owner: Owner) -> None:
    owner.kill()
    assert comes_true(lambda: not any(map(runs, owner.family)))
    assert comes_true(lambda: not owner.entry.exists())


def test_a_program_ends_when_its_supervisor_is_told_to(owner: Owner) -> None:
    owner.leash.send_signal(signal.SIGTERM)
    assert comes_true(lambda: not any(map(runs, owner.family)))


def test_the_next_start_ends_what_was_left_when_owner_and_supervisor_were_killed(
    owner: Owner, tmp_path: Path
) -> None:
    owner.leash.kill()
    owner.kill()
    # What holds the lock lets go of it as it ends, which takes a moment.
    assert comes_true(lambda: not runs(owner.leash))
    assert all(map(runs, owner.family))
    program = start(PROGRAM, tmp_path / "next.log")
    assert not any(map(runs, owner.family))
    assert all(map(runs, program.processes))
    program.stop()


def test_cleaning_up_leaves_alone_what_somebody_else_still_uses(owner: Owner) -> None:
    clean_up()
    assert all(map(runs, owner.family))


def test_a_program_whose_supervisor_was_killed_is_still_stopped(log: Path) -> None:
    program = start(PROGRAM, log)
    family = program.processes
    program._leash.kill()
    assert comes_true(lambda: not program.alive)
    program.stop()
    assert not any(map(runs, family))
