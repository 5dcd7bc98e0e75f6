"""How long a file that people write takes to read and check, its schema line included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from harness.load import load_profile, load_scenario, load_shared
from harness.project import APPS, SCENARIOS, SHARED, scenario_files

PROJECT = Path(__file__).parents[1]
TIMES = 20


def measure() -> None:
    """Reads every file of scenarios/ and prints the median and the slowest."""
    folder = PROJECT / SCENARIOS
    kinds: dict[str, tuple[Callable[..., Any], tuple[Path, ...]]] = {
        "scenarios": (load_scenario, scenario_files(PROJECT)),
        "App profiles": (load_profile, tuple((folder / APPS).glob("*.yaml"))),
        "shared steps": (load_shared, tuple((folder / SHARED).glob("*.yaml"))),
    }
    table = Table(title=f"Loader: median of {TIMES} readings", title_justify="left")
    for heading in ("files", "n", "median ms", "slowest ms"):
        table.add_column(heading, justify="left" if heading == "files" else "right")
    for kind, (load, paths) in kinds.items():
        took = [_ms(load, path) for path in paths]
        table.add_row(kind, str(len(paths)), f"{median(took):.1f}", f"{max(took):.1f}")
    Console().print(table)


def _ms(load: Callable[..., Any], path: Path) -> float:
    took = []
    for _ in range(TIMES):
        began = perf_counter()
        load(path, root=PROJECT)
        took.append((perf_counter() - began) * 1000)
    return median(took)
