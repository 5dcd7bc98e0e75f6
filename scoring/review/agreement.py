"""How far reviewers agree: Krippendorff's alpha over the outcomes that they stand for."""

from __future__ import annotations

from collections.abc import Sequence

import krippendorff
import numpy as np

from harness.model import Outcome
from scoring.estimate import Estimate
from scoring.review.rule import Settled

DRAWS, SEED = 1000, 20261123
METHOD = "Krippendorff's alpha, nominal; percentile bootstrap over attempts"


def agreement(settled: Sequence[Settled]) -> Estimate | None:
    """Alpha with its 95 % interval; n counts the attempts that two or more were sure about.

    None: fewer than two such attempts, or all say the same of all of them, so that chance
    cannot be told from agreement.
    """
    both = [each.said for each in settled if len(each.said) > 1]
    if len(both) < 2 or len({outcome for said in both for outcome in said.values()}) < 2:
        return None
    reviewers = sorted({name for said in both for name in said})
    codes = {outcome: float(place) for place, outcome in enumerate(Outcome)}
    table = np.array(
        [[codes[said[name]] if name in said else np.nan for said in both] for name in reviewers]
    )
    generator = np.random.default_rng(SEED)
    draws = [_alpha(table[:, generator.integers(0, len(both), len(both))]) for _ in range(DRAWS)]
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Estimate(
        value=_alpha(table), low=float(low), high=float(high), n=len(both), method=METHOD
    )


def _alpha(table: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    """Of reviewers x attempts; nan where a draw holds one value alone."""
    if len(np.unique(table[~np.isnan(table)])) < 2:
        return float("nan")
    return float(krippendorff.alpha(table, level_of_measurement="nominal"))
