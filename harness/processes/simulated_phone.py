"""The simulated phone as a process of its own, so that its work is never taken for ours.

The phone ends when its standard input closes. The operating system closes it
for us however we end, also by `kill -9`: no phone outlives its harness.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from harness.errors import SessionNotStarted
from harness.model import SimulatedDevice

PROJECT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S = 30
STOPS_WITHIN_S = 5


class SimulatedPhone:
    """A running phone.

    Attributes:
        url: its W3C endpoint, on loopback.
        serial: what adb connects to, `host:port`; empty unless its stack is `android`.
        unknown: once it was stopped, the commands of adb and Appium that it did not know.
    """

    def __init__(self, process: subprocess.Popen[str], url: str, serial: str = "") -> None:
        self._process = process
        self.url = url
        self.serial = serial
        self.unknown: tuple[str, ...] = ()

    @classmethod
    def start(cls, device: SimulatedDevice) -> SimulatedPhone:
        """Starts a phone with all the sample Apps, and returns once it listens.

        Raises:
            SessionNotStarted: it ended, or did not listen in time; with what it said.
        """
        errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  the process writes it as long as it lives
        process = subprocess.Popen(
            _command(device),
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            # A Ctrl-C is for the harness: the phone ends when its input is closed, not before.
            start_new_session=True,
        )
        try:
            announced = json.loads(_first_line(process))
            return cls(process, announced["url"], announced.get("serial", ""))
        except (ValueError, KeyError) as exc:
            cls(process, url="").stop()
            errors.seek(0)
            said = errors.read().strip().splitlines()[-1:] or ["nothing"]
            raise SessionNotStarted(
                f"the simulated phone did not start within {STARTS_WITHIN_S} s; it said: {said[0]}"
            ) from exc

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def wait(self) -> None:
        """Returns when the phone has ended by itself."""
        self._process.wait()

    def stop(self) -> None:
        """Ends the phone, in the last resort by force; returns when it has ended."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self.unknown = _unknown_in(self._process.stdout.read())
            self._process.stdout.close()


def _unknown_in(last_words: str) -> tuple[str, ...]:
    """What a phone at its end says that it did not know; nothing if it was killed."""
    try:
        return tuple(json.loads(last_words)["unknown"])
    except (ValueError, KeyError, TypeError):
        return ()


def _first_line(process: subprocess.Popen[str]) -> str:
    """What it says first; a phone that stays silent is killed, which ends the line."""
    deadline = threading.Timer(STARTS_WITHIN_S, process.kill)
    deadline.start()
    try:
        return process.stdout.readline() if process.stdout is not None else ""
    finally:
        deadline.cancel()


def _command(device: SimulatedDevice) -> list[str]:
    attended = ["--attended"] if device.attended else []
    adb = ["--adb"] if device.stack == "android" else []
    return [
        *(sys.executable, "-m", "harness.phone"),
        *("--font-scale", str(device.font_scale)),
        *attended,
        *adb,
    ]
