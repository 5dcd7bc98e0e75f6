"""Everything that a program has started, also what has made itself independent.

A program is given a mark in its environment, which all that it starts inherits:
a daemon, too, that has left its session and its parent (`adb` makes such).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection

import psutil

from harness.clock import SystemClock

MARK = "ZHANGCE_LEASH"
"""The environment variable with the mark: the path of the program's entry in the register."""
ENDS_WITHIN_S = 10
"""What SIGKILL takes at the most, on a machine that is busy."""
LOOKS_EVERY_S = 0.01
ROUNDS = 5
"""How often we look for what was started while we were ending the rest."""


def marked(mark: str) -> set[psutil.Process]:
    """The processes that run with this mark."""
    return {process for process in psutil.process_iter() if _mark(process) == mark}


def runs(process: psutil.Process) -> bool:
    """Whether a process has not ended; one whose exit code nobody fetches has."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def end(leader: psutil.Process, mark: str, grace_s: float) -> None:
    """Ends a program that we have started, and all that it started in turn.

    The program itself is asked (SIGTERM) and has `grace_s` seconds to tidy up;
    what is left then gets no choice.
    """
    # While we have not fetched the leader's exit code, nobody else can get its number.
    family = {process for process in psutil.process_iter() if _session(process) == leader.pid}
    with contextlib.suppress(psutil.NoSuchProcess):
        leader.terminate()
    psutil.wait_procs([leader], grace_s)
    _kill(family)
    kill_marked(mark)


def kill_marked(mark: str) -> None:
    """Ends all processes with this mark by force, also those that they start meanwhile."""
    for _ in range(ROUNDS):
        if not (left := marked(mark)):
            return
        _kill(left)


def _kill(processes: Collection[psutil.Process]) -> None:
    for process in processes:
        # psutil kills only what is still the process that it was when it was found.
        with contextlib.suppress(psutil.Error):
            process.kill()
    # Not psutil.wait_procs: it waits for orphans until init has fetched their exit codes.
    clock = SystemClock()
    deadline = clock.monotonic() + ENDS_WITHIN_S
    while any(map(runs, processes)) and clock.monotonic() < deadline:
        clock.sleep(LOOKS_EVERY_S)


def _mark(process: psutil.Process) -> str | None:
    try:
        environment: dict[str, str] = process.environ()
    except (psutil.Error, OSError):
        return None
    return environment.get(MARK)


def _session(process: psutil.Process) -> int | None:
    try:
        return os.getsid(process.pid) if runs(process) else None
    except (psutil.Error, OSError):
        return None
