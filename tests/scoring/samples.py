"""Rows of `attempt_values`, made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from scoring.values import VALUES

Row = Mapping[str, object]


def attempt(number: int, scenario: str = "task", **columns: object) -> Row:
    """One attempt that says nothing but what is given."""
    return {
        "run": "r", "attempt": f"{scenario}#{number}", "app": "a", "simulated": True,
        "scenario": scenario, "kind": "transaction", "severity": "major", "tags": " x ",
        "reference_time_s": 30.0, "time_limit_s": 120.0,
        **dict.fromkeys(VALUES, np.nan), **columns,
    }  # fmt: skip


def attempts(app: str, completed: Mapping[str, Iterable[float]], **columns: object) -> list[Row]:
    """An App's attempts that say all there is to say, by the scenarios that they completed."""
    whole = dict.fromkeys(VALUES, 1.0) | {
        "interruptions": 0.0,
        "cold_start_s": 1.0,
        "log_time": float(np.log(30.0)),
    }
    return [
        attempt(number, scenario, **whole | {"app": app, "completed": float(done)} | columns)
        for scenario, outcomes in completed.items()
        for number, done in enumerate(outcomes)
    ]


def frame(rows: Iterable[Row]) -> pd.DataFrame:
    """The frame that they are rows of."""
    return pd.DataFrame([dict(row) for row in rows])
