"""`make bench`, or `make bench ARGS=NAME`: prints a table for each figure that the README shows."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmarks import (
    calibration,
    coverage,
    loader,
    memory,
    national,
    overhead,
    pictures,
    report,
    stack,
)

BENCHMARKS = {
    "overhead": overhead.measure,
    "pictures": pictures.measure,
    "loader": loader.measure,
    "stack": stack.measure,
    "memory": memory.measure,
    "calibration": calibration.measure,
    "national": national.measure,
    "coverage": coverage.measure,
    "report": report.measure,
}


def main(names: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Runs the benchmarks of these names, or all."""
    for name in names or BENCHMARKS:
        if name not in BENCHMARKS:
            raise typer.BadParameter(f"{name}: there are {', '.join(BENCHMARKS)}")
        BENCHMARKS[name]()


if __name__ == "__main__":
    typer.run(main)
