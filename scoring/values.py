"""What each attempt says of each measure: a row an attempt, in numbers that can be averaged.

Pure and vectorised over the frames; NaN where an attempt says nothing of a measure.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.model import Outcome

Floats = NDArray[np.float64]
AnyFloats = NDArray[np.floating[Any]]

VALUES = (
    "completed", "reachable", "depth", "credit", "without_app_error", "without_crash",
    "wayfinding", "path", "log_time", "cold_start_s", "response", "interruptions",
)  # fmt: skip
"""Columns of `attempt_values` that are measured; see there."""
STEP_COLUMNS = ("run", "attempt", "step_kind", "displayed_s", "response_s")
"""What of the step frame is asked for here."""
DEEPEST = 4
INSTANT_S, ATTENTION_S = 1.0, 10.0
"""A response within the first loses nothing, one beyond the second all: Nielsen (1993)."""


def attempt_values(attempts: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """A row an attempted attempt, by App, scenario and attempt, with what it says.

    Blocked attempts and our own trouble are left out: they say nothing of the App.

    Args:
        attempts: as `attempt_frame` has them.
        steps: as `step_frame` has them; `STEP_COLUMNS` will do.

    Returns:
        The attempts' own columns `run`, `attempt`, `app`, `simulated`, `scenario`, `kind`,
        `severity`, `tags`, `reference_time_s`, `time_limit_s`, and `VALUES`: shares of 0 to 1;
        `log_time` (of seconds) and `cold_start_s`; `interruptions` as counted. Each is NaN
        where the attempt was not completed and the measure is of completed ones.

    Source: INDICATORS.md, section 2.
    """
    kept = attempts[attempts["attempted"]].reset_index(drop=True)
    done = kept["completed"].to_numpy()
    outcome = kept["outcome"]
    found = kept[
        ["run", "attempt", "app", "simulated", "scenario", "kind", "severity", "tags",
         "reference_time_s", "time_limit_s"]
    ].copy()  # fmt: skip
    found["completed"] = done.astype(float)
    found["reachable"] = (~outcome.isin([Outcome.ABSENT, Outcome.NOT_FOUND])).astype(float)
    found["depth"] = kept["depth"] / DEEPEST
    found["credit"] = kept["credit"]
    found["without_app_error"] = (outcome != Outcome.APP_ERROR).astype(float)
    died = [Outcome.CRASHED, Outcome.NOT_RESPONDING]
    found["without_crash"] = (~outcome.isin(died)).astype(float)
    passed = kept["screens_passed"].astype(float).to_numpy()
    distinct = kept["screens"].astype(float).to_numpy()
    fewest = kept["reference_screens"].astype(float).to_numpy()
    found["wayfinding"] = np.where(
        done, 1 - np.minimum(lostness(passed, distinct, fewest), 1), np.nan
    )
    found["path"] = np.where(done, np.minimum(1, fewest / passed), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        found["log_time"] = np.where(done, np.log(kept["task_s"].astype(float)), np.nan)
    found["interruptions"] = kept["interruptions"].astype(float)
    return found.merge(_of_steps(steps), on=["run", "attempt"], how="left")


def lostness(passed: AnyFloats, distinct: AnyFloats, fewest: AnyFloats) -> Floats:
    """How lost whoever took the path was: 0 not at all, at most the square root of 2.

    Args:
        passed: screens in all, S.
        distinct: different ones among them, N.
        fewest: needed on the shortest path, R.

    Source: Smith (1996): sqrt((N/S - 1)^2 + (R/N - 1)^2).
    """
    detours = distinct / passed - 1
    needless = np.minimum(fewest, distinct) / distinct - 1
    lost: Floats = np.hypot(detours, needless)
    return lost


def response_score(seconds: Floats) -> Floats:
    """A share of 0 to 1 by how long an answer takes, in a straight line (assumed)."""
    return np.clip((ATTENTION_S - seconds) / (ATTENTION_S - INSTANT_S), 0, 1)


def _of_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """What only the steps know, a row an attempt: `cold_start_s` and `response`."""
    first = steps[steps["step_kind"] == "launch"].drop_duplicates(["run", "attempt"])
    cold = first[["run", "attempt"]].copy()
    # Where Android does not say it, until the first screen could be used.
    cold["cold_start_s"] = first["displayed_s"].fillna(first["response_s"])
    answered = steps[["run", "attempt", "response_s"]].dropna(subset=["response_s"])
    scored = answered.assign(response=response_score(answered["response_s"].to_numpy()))
    response = scored.groupby(["run", "attempt"], as_index=False, sort=False)["response"].mean()
    both: pd.DataFrame = response.merge(cold, on=["run", "attempt"], how="outer")
    return both
