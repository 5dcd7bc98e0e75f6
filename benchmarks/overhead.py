"""What the harness adds to the App's own time, over all tasks on the sample App.

The tasks run as a user runs them, the simulated phone in a process of its own.
The App's own time is what the records say that it made the run wait; all else,
pictures included, is ours.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from harness.model import AttemptRecord
from harness.store import read_run

PROJECT = Path(__file__).parents[1]


def measure() -> None:
    """Runs all tasks once and prints where the time went."""
    with tempfile.TemporaryDirectory() as results:
        began = perf_counter()
        command = (sys.executable, "-m", "pytest", "scenarios/", "--results", results, "-q")
        subprocess.run(
            (*command, "--run-id", "bench"), cwd=PROJECT, check=False, capture_output=True
        )
        process_s = perf_counter() - began
        run = read_run(Path(results) / "bench")
        files = [path for path in (Path(results) / "bench").rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
    _show(run.attempts, process_s, len(files), size)


def _show(attempts: tuple[AttemptRecord, ...], process_s: float, files: int, size: int) -> None:
    steps = [step for attempt in attempts for step in attempt.steps]
    wall_s = sum(attempt.wall_s for attempt in attempts)
    app_s = sum(step.times.app_s + step.times.barrier_s for step in steps)
    evidence_s = sum(step.times.evidence_s for step in steps)
    widths = sorted(
        step.response.half_width_s
        for step in steps
        if step.response is not None and step.response.half_width_s is not None
    )
    table = Table(title="Overhead: all tasks on sample_city, simulated phone", title_justify="left")
    for heading in ("what", "figure"):
        table.add_column(heading)
    rows = {
        "attempts, steps": f"{len(attempts)}, {len(steps)}",
        "wall time of pytest": f"{process_s:.1f} s",
        "wall time of the attempts": f"{wall_s:.1f} s",
        "  the App's own delays and barriers": f"{app_s:.1f} s",
        "  pictures and hierarchies": f"{evidence_s:.1f} s",
        "  commands and looking": f"{wall_s - app_s - evidence_s:.1f} s",
        "beyond the App's own delays, in all": f"{process_s - app_s:.1f} s",
        "  of which 12 tasks take": f"{12 * (process_s - app_s) / max(1, len(attempts)):.1f} s",
        f"error bar of a response (n={len(widths)}): median, p95": (
            f"± {1000 * median(widths):.0f} ms, ± {1000 * widths[int(0.95 * len(widths))]:.0f} ms"
        ),
        "kept on disk": f"{files} files, {size / 1e6:.1f} MB",
    }
    for what, figure in rows.items():
        table.add_row(what, figure)
    Console().print(table)
