"""Draws of weights: how much the numbers would vary had other tasks and attempts come along.

The Bayesian bootstrap: each scenario, and each attempt within it, counts as much as an
exponential draw says. Unlike drawing with replacement it never leaves out the only task of an
indicator, so that no draw lacks a number that the sample has.

Source: Rubin (1981). Bootstrap over scenarios, then attempts: INDICATORS.md, section 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

import numpy as np

from scoring.leaves import Sample, Weights
from scoring.values import Floats

DRAWS = 2000
SEED = 20231123
"""Two scorings of the same records give the same intervals."""
CONFIDENCE = 0.95


class Bootstrap:
    """Seeded draws. A scenario counts the same for every App, so that they can be compared."""

    def __init__(self, scenarios: Iterable[str], draws: int = DRAWS, seed: int = SEED) -> None:
        self.draws = draws
        self._seed = seed
        names = sorted(set(scenarios))
        generator = np.random.default_rng([seed, 0])
        weights = generator.standard_exponential((len(names), draws))
        self._scenarios: Mapping[str, Floats] = dict(zip(names, weights, strict=True))

    def weights(self, sample: Sample) -> Weights:
        """The draws for one App, by its attempts: neither its name nor its place counts."""
        digest = blake2b(digest_size=8)
        for name in sample.scenarios:
            digest.update(name.encode())
        for values in sample.values.values():
            digest.update(values.tobytes())
        own = int.from_bytes(digest.digest(), "big")
        generator = np.random.default_rng([self._seed, 1, own])
        return Weights(
            attempts=generator.standard_exponential((self.draws, *sample.shape)),
            scenarios=np.stack([self._scenarios[name] for name in sample.scenarios], axis=1),
        )


def interval(draws: Floats, point: float) -> tuple[float, float]:
    """The middle 95 % of the draws; the point is never outside."""
    known = draws[~np.isnan(draws)]
    if not known.size:
        return point, point
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return min(float(low), point), max(float(high), point)
