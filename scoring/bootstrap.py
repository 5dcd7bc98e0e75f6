"""Draws of weights: how much the numbers would vary had other tasks and attempts come along.

The Bayesian bootstrap: each scenario, and each attempt within it, counts as much as an
exponential draw says. Unlike drawing with replacement it never leaves out the only task of an
indicator, so that no draw lacks a number that the sample has. What is estimated is the mean
over the tasks from which an App's are a sample; `make bench ARGS=coverage` says how often
the intervals contain it.

Source: Rubin (1981). Bootstrap over scenarios, then attempts: INDICATORS.md, section 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from scoring.leaves import Sample, Weights
from scoring.tree import Tasks
from scoring.values import Floats

DRAWS = 2000
SEED = 20231123
"""Two scorings of the same records give the same intervals."""
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Spread:
    """What an indicator rests on: tasks, and attempts a task in the mean."""

    tasks: int
    attempts: float

    @classmethod
    def of(cls, sample: Sample, tasks: Tasks) -> Spread:
        """Of the indicator that these tasks feed."""
        fits = sample.fits(tasks)
        attempted = np.count_nonzero(~np.isnan(sample.values["completed"][fits]))
        count = int(np.count_nonzero(fits))
        return cls(count, attempted / max(count, 1))


class Bootstrap:
    """Seeded draws. A scenario counts the same for every App, so that they can be compared."""

    def __init__(self, draws: int = DRAWS, seed: int = SEED) -> None:
        self.draws = draws
        self._seed = seed
        self._scenarios: dict[str, Floats] = {}

    def weights(self, sample: Sample) -> Weights:
        """The draws for one App, by its attempts: neither its name nor its place counts."""
        generator = self._generator(1, *_content(sample))
        # Single precision: draws need no more, and they are most of the work.
        attempts = generator.standard_exponential((*sample.shape, self.draws), dtype=np.float32)
        return Weights(
            attempts=attempts.transpose(2, 0, 1),
            scenarios=np.stack([self._of_scenario(name) for name in sample.scenarios]).T,
        )

    def unanimous(self, sample: Sample, leaf: str, share: float, attempts: int) -> Floats:
        """Draws of a rate, 0 to 100, where all attempts came out alike: none of them varies.

        That five of five were completed leaves doubt, which drawing from them does not show.

        Args:
            sample: of which App.
            leaf: the indicator's id.
            share: of 0 or 1.
            attempts: how many there were.

        Source: Jeffreys' posterior; Brown, Cai & DasGupta (2001), Interval estimation for a
        binomial proportion.
        """
        completed = share * attempts
        generator = self._generator(2, leaf.encode(), *_content(sample))
        drawn = generator.beta(completed + 0.5, attempts - completed + 0.5, self.draws)
        return 100 * drawn

    def _of_scenario(self, name: str) -> Floats:
        if name not in self._scenarios:
            generator = self._generator(0, name.encode())
            self._scenarios[name] = generator.standard_exponential(self.draws)
        return self._scenarios[name]

    def _generator(self, purpose: int, *content: bytes) -> np.random.Generator:
        digest = blake2b(b"\0".join(content), digest_size=8).digest()
        return np.random.default_rng([self._seed, purpose, int.from_bytes(digest, "big")])


def _content(sample: Sample) -> Iterator[bytes]:
    """All that an App did: no two Apps share their draws unless they did the very same."""
    yield from (name.encode() for name in sample.scenarios)
    yield from (values.tobytes() for values in sample.values.values())


def calibrated(leaf: Spread, points: Floats, both: Floats, across: Floats) -> Floats:
    """Draws of an indicator, spread about its point as much as its sampling error is.

    Drawing tasks alone has the error of attempts in it already, since each task's mean has it;
    drawing attempts as well counts it twice. And exponential weights of n things spread a mean
    by (n - 1)/(n + 1) of what it should be. So the draws of both keep their shape, and are
    scaled to the variance across tasks, or that within them where that is larger (few tasks
    that came out alike by chance, or one).

    Args:
        leaf: how many tasks and attempts a task there are.
        points: the score of the sample, one.
        both: scores by draw of tasks and attempts.
        across: scores by draw of tasks alone.

    Source: Davison & Hinkley (1997), section 3.8, on resampling groups; Rubin (1981) for the
    variance of the weights.
    """
    total, tasks = float(np.var(both)), float(np.var(across))
    if not total > 0:
        return both
    # Tasks of unequal weight let attempts vary by 2 n / (n + 1) of what equal ones do.
    within = max(total - tasks, 0) * _short_of(leaf.attempts) * (leaf.tasks + 1) / (2 * leaf.tasks)
    wanted = max(tasks * _short_of(leaf.tasks), within)
    scaled: Floats = np.clip(points + np.sqrt(wanted / total) * (both - points), 0, 100)
    return scaled


def _short_of(count: float) -> float:
    """By how much the variance of a mean under exponential weights falls short."""
    return (count + 1) / (count - 1) if count > 1 else 1.0


def interval(draws: Floats, point: float) -> tuple[float, float]:
    """The middle 95 % of the draws; the point is never outside."""
    known = draws[~np.isnan(draws)]
    if not known.size:
        return point, point
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return min(float(low), point), max(float(high), point)
