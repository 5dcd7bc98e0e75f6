"""`python -m harness.processes.leash ENTRY GRACE_S COMMAND...`: a program that does not outlive us.

Its standard input is the leash. When whoever started it lets go or dies, the
operating system closes that, also after `kill -9`, and the program is ended
with all that it has started. When the program ends first, what it has left
behind is ended, and its exit code handed on.

ENTRY is a file, locked as long as this process lives and deleted at the end: an
entry that is there but not locked tells that a leash was killed.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
from filelock import FileLock

from harness.processes.family import MARK, end

NOT_FOUND = 127
"""The exit code of a shell for a program that cannot be started."""


def main(entry: str, grace_s: str, *command: str) -> int:
    """Runs the command until it ends or the standard input is closed; returns its exit code."""
    news = _signals()
    with FileLock(entry):
        try:
            program = psutil.Popen(
                command,
                stdin=subprocess.DEVNULL,
                env={**os.environ, MARK: entry},
                start_new_session=True,
            )
        except OSError as problem:
            sys.stderr.write(f"{problem}\n")
            code = NOT_FOUND
        else:
            _wait(program, news)
            end(program, entry, float(grace_s))
            code = program.returncode or 0
        Path(entry).unlink(missing_ok=True)
    return code


def _wait(program: psutil.Process, news: socket.socket) -> None:
    """Returns when the program has ended, the leash is let go, or a signal asks for the end."""
    while program.status() != psutil.STATUS_ZOMBIE:
        told, _, _ = select.select([sys.stdin, news], [], [])
        if sys.stdin in told or {signal.SIGTERM, signal.SIGHUP}.intersection(news.recv(64)):
            return


def _signals() -> socket.socket:
    """Where the number of each signal arrives that says that something has ended, or should."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    return reader


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
