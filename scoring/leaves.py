"""From what attempts say to the indicators: a score from 0 to 100 for each leaf of the tree.

Every function takes weights of attempts and of scenarios, so that the same code gives the
point and, with the weights of a bootstrap, its draws. Missing stays missing: a scenario of
which no attempt says anything leaves, and a leaf without scenarios has no score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.rollup import Scores
from scoring.tree import Node, Tasks, Thresholds, Tree
from scoring.values import VALUES, AnyFloats, Floats

SEVERITY: Mapping[str, float] = {"critical": 3.0, "major": 2.0, "minor": 1.0}
"""How much a task counts: INDICATORS.md, B2.1."""


BLOCK = 16
"""So many weights are summed up at once where half of all is looked for."""

AnyBools = NDArray[np.bool_]
AnyPlaces = NDArray[np.intp]


class Audited(NamedTuple):
    """What was found right of an item that no attempt says anything of."""

    share: float
    """0 to 1."""
    n: int
    """Of how many that could be told."""


@dataclass(frozen=True)
class Sample:
    """One App's attempts as arrays: scenarios by attempts, short rows filled up with NaN.

    Attributes:
        scenarios: their ids, S of them.
        kinds, tags, severity: of each scenario; `tags` with a space around each.
        reference_s, limit_s: of each scenario, in seconds.
        values: by name of `VALUES`, S x N.
        audits: by item, what an audit, a checklist or reviewers found; not from attempts.
    """

    scenarios: tuple[str, ...]
    kinds: tuple[str, ...]
    tags: tuple[str, ...]
    severity: Floats
    reference_s: Floats
    limit_s: Floats
    values: Mapping[str, Floats]
    audits: Mapping[str, Audited] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Scenarios, and attempts of the one that has most."""
        scenarios, attempts = self.values[VALUES[0]].shape
        return scenarios, attempts

    def fits(self, tasks: Tasks) -> AnyBools:
        """Which scenarios feed an indicator."""
        if tasks not in self._fitting:
            self._fitting[tasks] = np.array(
                [
                    tasks.kind in (None, kind) and (tasks.tag is None or f" {tasks.tag} " in tags)
                    for kind, tags in zip(self.kinds, self.tags, strict=True)
                ],
                dtype=bool,
            )
        return self._fitting[tasks]

    @cached_property
    def _fitting(self) -> dict[Tasks, AnyBools]:
        """What was asked before: many indicators are of the same tasks, and each is asked often."""
        return {}


@dataclass(frozen=True)
class Weights:
    """How much each attempt and each scenario counts in each draw.

    Attributes:
        attempts: draws x S x N, fastest where a view of S x N x draws.
        scenarios: draws x S, fastest where a view of S x draws.
    """

    attempts: AnyFloats
    scenarios: AnyFloats

    @classmethod
    def even(cls, shape: tuple[int, int]) -> Weights:
        """One draw, the sample as it is."""
        return cls(np.ones((1, *shape)), np.ones((1, shape[0])))


def sample_of(values: pd.DataFrame, audits: Mapping[str, Audited] | None = None) -> Sample:
    """The sample of one App, from its rows of `attempt_values`; scenarios in order of their ids."""
    ordered = values.sort_values(["scenario", "run", "attempt"], kind="stable")
    place = ordered.groupby("scenario", sort=False).cumcount().to_numpy()
    scenarios, row = np.unique(ordered["scenario"].to_numpy(dtype=str), return_inverse=True)
    size = (len(scenarios), int(place.max(initial=-1)) + 1)
    first = ordered.drop_duplicates("scenario")
    columns = {}
    for name in VALUES:
        columns[name] = np.full(size, np.nan)
        columns[name][row, place] = ordered[name].to_numpy(dtype=float)
    return Sample(
        scenarios=tuple(scenarios.tolist()),
        kinds=tuple(first["kind"]),
        tags=tuple(first["tags"]),
        severity=np.array([SEVERITY[each] for each in first["severity"]]),
        reference_s=first["reference_time_s"].to_numpy(dtype=float),
        limit_s=first["time_limit_s"].to_numpy(dtype=float),
        values=columns,
        audits=audits or {},
    )


def score_leaves(tree: Tree, sample: Sample, weights: Weights) -> dict[str, Scores]:
    """The score of each leaf of the tree that was measured, 0 to 100, by draw."""
    cells = _Cells(sample, weights)
    scores = {}
    for id, leaf in tree.leaves.items():
        share = MEASURES[leaf.measure or ""](cells, leaf)
        if share is not None and not np.all(np.isnan(share)):
            scores[id] = 100 * share
    return scores


class _Cells:
    """Means of a sample under weights; all values' are computed at once.

    Arrays are views of scenarios x draws: sums over scenarios then add whole rows.
    """

    def __init__(self, sample: Sample, weights: Weights) -> None:
        self.sample = sample
        self.weights = weights
        self._means: dict[str, Floats] = {}

    @cached_property
    def _sums(self) -> AnyFloats:
        """Scenarios x twice the values x draws: sums of each value, then of its weights."""
        values = np.stack([self.sample.values[name] for name in VALUES], axis=1)
        there = ~np.isnan(values)
        weights = self.weights.attempts.transpose(1, 2, 0)
        columns = np.concatenate([np.where(there, values, 0.0), there], axis=1)
        sums: AnyFloats = np.matmul(columns.astype(weights.dtype), weights)
        return sums

    def mean(self, name: str) -> Floats:
        """By draw and scenario; NaN where no attempt says anything."""
        if name not in self._means:
            place = VALUES.index(name)
            with np.errstate(invalid="ignore", divide="ignore"):
                means = self._sums[:, place] / self._sums[:, place + len(VALUES)]
            self._means[name] = means.astype(np.float64).T
        return self._means[name]

    def over(self, means: Floats, tasks: Tasks, counts: Floats | None = None) -> Floats:
        """The mean over the scenarios that fit, by draw; `counts` weighs scenarios further."""
        fits = np.flatnonzero(self.sample.fits(tasks))
        weights = self.weights.scenarios[:, fits] * (1.0 if counts is None else counts[fits])
        chosen = means[:, fits]
        there = ~np.isnan(chosen)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Floats = _dot(weights, np.where(there, chosen, 0.0)) / _dot(weights, there)
        return mean

    def median(self, name: str, tasks: Tasks) -> Floats:
        """The weighted median over the attempts of the scenarios that fit, by draw."""
        fits = np.flatnonzero(self.sample.fits(tasks))
        values = self.sample.values[name][fits].ravel()
        order = np.argsort(values)[: np.count_nonzero(~np.isnan(values))]  # NaN are sorted last
        if not order.size:
            return np.full(len(self.weights.scenarios), np.nan)
        scenario, attempt = np.divmod(order, self.sample.shape[1])
        weights = self.weights.attempts.transpose(1, 2, 0)[fits[scenario], attempt]
        scenarios = self.weights.scenarios.T.astype(weights.dtype)[fits[scenario]]
        lower, upper = halfway(weights * scenarios)
        middle: Floats = (values[order][lower] + values[order][upper]) / 2
        return middle


def halfway(weights: AnyFloats) -> tuple[AnyPlaces, AnyPlaces]:
    """By draw, how many of the weights come before half of their sum, and how many up to it.

    Sums of blocks say in which block that is, so that only its own weights are summed up one
    by one: a tenth of the work.

    Args:
        weights: N x draws, N at least 1.
    """
    count, draws = weights.shape
    upto = np.cumsum(np.add.reduceat(weights, range(0, count, BLOCK), axis=0), axis=0)
    half, draw = upto[-1] / 2, np.arange(draws)

    def places(limit: AnyFloats, passed: Callable[[AnyFloats, AnyFloats], AnyBools]) -> AnyPlaces:
        block = np.minimum(np.count_nonzero(passed(upto, limit), axis=0), len(upto) - 1)
        rows = block * BLOCK + np.arange(BLOCK)[:, None]
        own = np.where(rows < count, weights[np.minimum(rows, count - 1), draw], 0)
        before = np.where(block > 0, upto[block - 1, draw], 0)
        within = np.count_nonzero(passed(before + np.cumsum(own, axis=0), limit), axis=0)
        found: AnyPlaces = np.minimum(block * BLOCK + within, count - 1)
        return found

    return places(half - 1e-12, np.less), places(half + 1e-12, np.less_equal)


def _dot(weights: AnyFloats, values: AnyFloats | NDArray[np.bool_]) -> AnyFloats:
    """Sums over scenarios, by draw; values of one draw are those of all."""
    if len(values) == 1:
        sums: AnyFloats = weights @ values[0]
    else:
        sums = np.einsum("ds,ds->d", weights, values)
    return sums


Share = Callable[[_Cells, Node], Floats | None]


def _mean_of(name: str) -> Share:
    return lambda cells, leaf: cells.over(cells.mean(name), leaf.tasks)


def _weighted_completion(cells: _Cells, leaf: Node) -> Floats:
    """Sum v p / sum v, v the severity's weight: B2.1."""
    return cells.over(cells.mean("completed"), leaf.tasks, cells.sample.severity)


def _time(cells: _Cells, leaf: Node) -> Floats:
    """The geometric mean of each task's times between an expert's time and the task's limit."""
    return cells.over(
        time_share(np.exp(cells.mean("log_time")), cells.sample.reference_s, cells.sample.limit_s),
        leaf.tasks,
    )


def time_share(seconds: Floats, reference_s: Floats, limit_s: Floats) -> Floats:
    """clip(ln(Tmax / T) / ln(Tmax / Tref)): 1 at the expert's time, 0 at the limit. B3.1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(np.log(limit_s / seconds) / np.log(limit_s / reference_s), 0, 1)


def _cold_start(cells: _Cells, leaf: Node) -> Floats:
    return falling(cells.median("cold_start_s", leaf.tasks), leaf.thresholds)


def falling(seconds: Floats, thresholds: Thresholds | None) -> Floats:
    """1 at the best, 0 at the worst, a straight line between. D2.1."""
    best, worst = 2.0, 5.0
    if thresholds is not None:
        best = thresholds.best_s if thresholds.best_s is not None else best
        worst = thresholds.worst_s if thresholds.worst_s is not None else worst
    return np.clip((worst - seconds) / (worst - best), 0, 1)


def _interruptions(cells: _Cells, leaf: Node) -> Floats:
    """1 - min(interruptions a task / the worst, 1). D5.1."""
    worst = leaf.thresholds.worst if leaf.thresholds and leaf.thresholds.worst else 2.0
    return 1 - np.minimum(cells.over(cells.mean("interruptions"), leaf.tasks) / worst, 1)


def _audited(cells: _Cells, leaf: Node) -> Floats | None:
    found = cells.sample.audits.get(leaf.item or "")
    return None if found is None else np.full(len(cells.weights.scenarios), found.share)


MEASURES: Mapping[str, Share] = {
    "completion": _mean_of("completed"),
    "weighted_completion": _weighted_completion,
    "checkpoints": _mean_of("credit"),
    "wayfinding": _mean_of("wayfinding"),
    "path": _mean_of("path"),
    "time": _time,
    "reachable": _mean_of("reachable"),
    "depth": _mean_of("depth"),
    "without_app_error": _mean_of("without_app_error"),
    "without_crash": _mean_of("without_crash"),
    "cold_start": _cold_start,
    "response": _mean_of("response"),
    "interruptions": _interruptions,
    "audit": _audited,
    "checklist": _audited,
    "reviewers": _audited,
}
"""How a leaf is computed, by the measure that the tree names."""
