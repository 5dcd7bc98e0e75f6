"""The memory of all that a run needs, over many sessions on one Appium server and one phone.

A session here is what an attempt makes of one: it is opened, resets and starts the App,
looks, takes a picture, and is closed. Level means that from session 100 to
session 200 nothing grows by 10 % or more; before that caches fill.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from harness.appium_driver import open_session
from harness.clock import SystemClock
from harness.model import ById, SimulatedDevice
from harness.processes.android_stack import AndroidStack
from harness.stations import Outfit, Station, station

MARKS = (20, 100, 200)
LEVEL = 1.1
PACKAGE = "com.example.samplecity"
PHONE = SimulatedDevice(kind="simulated", stack="android", apps=("sample_city",))


def measure() -> None:
    """Opens and closes sessions, and prints what each process takes by then."""
    seen: dict[int, Mapping[str, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        outfit = Outfit({}, Path(folder), SystemClock(), Path(folder) / "logs")
        stack = AndroidStack(outfit.log_folder, outfit.clock)
        with ExitStack() as ending:
            ending.callback(stack.close)
            behind = station(PHONE, stack, outfit)
            ending.callback(behind.close)
            for number in range(1, MARKS[-1] + 1):
                _use(behind)
                if number in MARKS:
                    seen[number] = _memory()
    _show(seen)


def _use(behind: Station) -> None:
    reached = behind.reach()
    driver = open_session(reached.url, reached.capabilities)
    driver.reset(PACKAGE)
    driver.launch(PACKAGE, None)
    driver.look(ById(id="privacy_agree"))
    driver.picture()
    driver.activity(driver.hierarchy())
    driver.log()
    driver.close()


def _memory() -> dict[str, int]:
    """Bytes that are resident, by kind of process."""
    gc.collect()
    ours = psutil.Process()
    memory = {"harness": ours.memory_info().rss, "appium": 0, "adb server": 0, "phone": 0}
    for process in ours.children(recursive=True):
        kind = _kind(process.cmdline())
        if kind:
            memory[kind] += process.memory_info().rss
    return memory


def _kind(command: Iterable[str]) -> str:
    words = " ".join(command)
    if "harness.processes.leash" in words:
        return ""
    marks = {"harness.phone": "phone", "nodaemon server": "adb server", "index.js": "appium"}
    return next((kind for mark, kind in marks.items() if mark in words), "")


def _show(seen: Mapping[int, Mapping[str, int]]) -> None:
    table = Table(title="Resident memory, MB, over sessions on one phone", title_justify="left")
    for heading in ("process", *(f"after {number}" for number in seen), "growth", ""):
        table.add_column(heading)
    before, after = (seen[number] for number in MARKS[-2:])
    for kind in after:
        growth = after[kind] / before[kind]
        sizes = [f"{memory[kind] / 1e6:.1f}" for memory in seen.values()]
        verdict = "level" if growth < LEVEL else "GROWS"
        table.add_row(kind, *sizes, f"{growth - 1:+.1%}", verdict)
    Console().print(table)
