"""Programs that end with us: always stopped, however we end ourselves.

Each runs under a supervisor (`harness.processes.leash`) that ends it when we
are gone. Should the supervisor be killed as well, its entry in the register is
left without its lock, and the next start of anything ends what it finds there.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import psutil
from filelock import FileLock, Timeout

from harness.clock import Clock
from harness.processes.family import ENDS_WITHIN_S, kill_marked, marked
from harness.processes.folders import PROJECT, per_user
from harness.waiting import wait

GRACE_S = 5.0
"""What a program gets to tidy up after SIGTERM, before it is killed."""


class Supervised:
    """A running program. Attributes: `log`, the file with what it says."""

    def __init__(
        self, leash: subprocess.Popen[bytes], entry: Path, log: Path, grace_s: float
    ) -> None:
        self._leash = leash
        self._entry = entry
        self._grace_s = grace_s
        self._log_begins_at = log.stat().st_size
        self.log = log

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        grace_s: float = GRACE_S,
    ) -> Self:
        """Starts a program in a session of its own: a Ctrl-C is for us, not for it.

        Args:
            command: the program and its arguments; its standard input is empty.
            log: what it says is added to this file.
            environment: all of it, as for `subprocess`.
            grace_s: seconds between SIGTERM and SIGKILL when it is stopped.
        """
        clean_up()
        entry = register() / f"{uuid.uuid4().hex}.lock"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            leash = subprocess.Popen(
                [
                    *(sys.executable, "-m", "harness.processes.leash"),
                    *(str(entry), str(grace_s), *command),
                ],
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            return cls(leash, entry, log, grace_s)

    @property
    def alive(self) -> bool:
        """Whether the program still runs, and under its supervisor."""
        return self._leash.poll() is None

    @property
    def processes(self) -> set[psutil.Process]:
        """What runs of it: the program and all that it has started."""
        return marked(str(self._entry))

    def listens_on(self, port: int) -> bool:
        """Whether it is this program, and no other, that listens on the TCP port."""
        return any(port in _listening_ports(process) for process in self.processes)

    def wait_until(self, look: Callable[[], bool], clock: Clock, within_s: float) -> bool:
        """Whether the look came true in time; a program that has ended is not waited for."""
        waited = wait(
            lambda: look() or None,
            clock,
            within_s,
            on_miss=lambda _: self._leash.poll() is not None,
        )
        return waited.result is not None

    def last_words(self) -> str:
        """The last line that it has said, `nothing` when there is none."""
        return next(reversed(self.lines()), "nothing")

    def lines(self) -> list[str]:
        """What it has said so far, without empty lines."""
        with self.log.open("rb") as said:
            said.seek(min(self._log_begins_at, self.log.stat().st_size))
            lines = said.read().decode(errors="replace").split("\n")
        return [line.strip() for line in lines if line.strip()]

    def stop(self) -> None:
        """Ends the program and all that it has started; returns when they have ended."""
        if self._leash.stdin is not None:
            # Closing flushes: a pipe whose reader was killed is as closed as can be.
            with contextlib.suppress(BrokenPipeError):
                self._leash.stdin.close()
        try:
            self._leash.wait(self._grace_s + 2 * ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._leash.kill()
            self._leash.wait()
        _end_forsaken(self._entry)


def register() -> Path:
    """The folder that has an entry for every program that runs under a supervisor."""
    folder = per_user() / "processes"
    folder.mkdir(exist_ok=True)
    return folder


def clean_up() -> None:
    """Ends the programs whose supervisor was killed: those of a run that died hard."""
    for entry in register().glob("*.lock"):
        _end_forsaken(entry)


def _end_forsaken(entry: Path) -> None:
    """Ends what is marked with the entry, unless its supervisor lives and holds the lock."""
    if not entry.exists():
        return
    try:
        with FileLock(entry, timeout=0):
            kill_marked(str(entry))
            entry.unlink(missing_ok=True)
    except Timeout:
        pass


def _listening_ports(process: psutil.Process) -> set[int]:
    try:
        connections = process.net_connections("tcp")
    except psutil.Error:
        return set()
    return {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}
