"""Draws of weights: how much the numbers would vary had other tasks and attempts come along.

The Bayesian bootstrap: each scenario, and each attempt within it, counts as much as an
exponential draw says. Unlike drawing with replacement it never leaves out the only task of an
indicator, so that no draw lacks a number that the sample has.

Source: Rubin (1981). Bootstrap over scenarios, then attempts: INDICATORS.md, section 3.
"""

from __future__ import annotations

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

    def __init__(self, draws: int = DRAWS, seed: int = SEED) -> None:
        self.draws = draws
        self._seed = seed
        self._scenarios: dict[str, Floats] = {}

    def weights(self, sample: Sample) -> Weights:
        """The draws for one App, by its attempts: neither its name nor its place counts."""
        names = [name.encode() for name in sample.scenarios]
        generator = self._generator(1, *names, *(v.tobytes() for v in sample.values.values()))
        # Single precision: draws need no more, and they are most of the work.
        attempts = generator.standard_exponential((*sample.shape, self.draws), dtype=np.float32)
        return Weights(
            attempts=attempts.transpose(2, 0, 1),
            scenarios=np.stack([self._of_scenario(name) for name in sample.scenarios]).T,
        )

    def _of_scenario(self, name: str) -> Floats:
        if name not in self._scenarios:
            generator = self._generator(0, name.encode())
            self._scenarios[name] = generator.standard_exponential(self.draws)
        return self._scenarios[name]

    def _generator(self, purpose: int, *content: bytes) -> np.random.Generator:
        digest = blake2b(b"\0".join(content), digest_size=8).digest()
        return np.random.default_rng([self._seed, purpose, int.from_bytes(digest, "big")])


def interval(draws: Floats, point: float) -> tuple[float, float]:
    """The middle 95 % of the draws; the point is never outside."""
    known = draws[~np.isnan(draws)]
    if not known.size:
        return point, point
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return min(float(low), point), max(float(high), point)
