"""The index of each App: what its attempts make of the tree, with intervals to the top.

Pure. Points are of the attempts as they are; intervals are the middle 95 % of a bootstrap
over scenarios, then attempts, drawn for all Apps at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from harness.model import Frozen, Words
from scoring.bootstrap import DRAWS, SEED, Bootstrap, interval
from scoring.estimate import Estimate
from scoring.leaves import Sample, Weights, sample_of, score_leaves
from scoring.rollup import Rolled, roll_up
from scoring.tree import Condition, Mark, Node, Tree
from scoring.values import Floats

METHOD = "Bayesian bootstrap over scenarios, then attempts, {draws} draws"
ASSUMED_NOTE = Words(
    zh="标注“假定”的权重与分数线是本项目自定的，并非已发布报告所用",
    en="Weights and cut-offs marked “assumed” are this project's own; they are not those of the "
    "published report",
)
AppKey = tuple[str, bool]
"""An App, and whether on a simulated phone."""
Audits = Mapping[AppKey, Mapping[str, float]]
"""Shares of 0 to 1 by item, of what was found right on an App's screens."""


class NodeScore(Frozen):
    """One node of the tree for one App."""

    id: str
    title: Words
    weight: float
    mark: Mark
    score: Estimate | None
    """0 to 100; None: not measured, or less of its weight than must be."""
    covered: float
    """The share of the weight below it that was measured."""
    attempts: tuple[str, ...] = ()
    """Of an indicator: the ids of the attempts behind it, as `run/attempt`."""


class AppIndex(Frozen):
    """One App's index and all that is below it."""

    app: str
    simulated: bool
    index: Estimate | None
    """0 to 100; None: less of the whole weight was measured than must be."""
    geometric: float | None
    """The weighted geometric mean of the capabilities, beside it."""
    covered: float
    band: Words | None
    held: tuple[Words, ...]
    """The gates that hold a node of it."""
    nodes: tuple[NodeScore, ...]


class Comparison(Frozen):
    """Two Apps: which is above, and how sure that is."""

    first: AppKey
    second: AppKey
    probability: float
    """That the first is above the second, over the draws."""
    tells_apart: bool
    """Whether the order is more than the chance of this sample."""


class Indexes(Frozen):
    """The index of every App, and their order."""

    tree: str
    title: Words
    draws: int
    seed: int
    band_scheme: Words
    apps: tuple[AppIndex, ...]
    ranks: Mapping[str, tuple[int, int]]
    """The 95 % interval of an App's place, 1 the best, by `app` or `app (simulated)`."""
    comparisons: tuple[Comparison, ...]
    notes: tuple[Words, ...]


@dataclass(frozen=True)
class _Scored:
    key: AppKey
    sample: Sample
    point: Rolled
    drawn: Rolled
    values: pd.DataFrame


def index_apps(
    tree: Tree,
    values: pd.DataFrame,
    audits: Audits | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Indexes:
    """The index of each App of the attempts.

    Args:
        tree: what is measured, and how it is weighted.
        values: as `attempt_values` has them, of one or more runs.
        audits: what screens showed, by App.
        draws: of the bootstrap.
        seed: of its draws.
    """
    bootstrap = Bootstrap(values["scenario"].unique(), draws, seed)
    groups = values.groupby(["app", "simulated"], sort=True)
    scored = [
        _score(tree, (str(app), bool(simulated)), rows, audits or {}, bootstrap)
        for (app, simulated), rows in groups
    ]
    method = METHOD.format(draws=draws)
    return Indexes(
        tree=tree.id,
        title=tree.title,
        draws=draws,
        seed=seed,
        band_scheme=tree.bands.name,
        apps=tuple(_describe(tree, each, method) for each in scored),
        ranks=_ranks(scored),
        comparisons=_compare(scored),
        notes=(ASSUMED_NOTE,),
    )


def _score(
    tree: Tree,
    key: AppKey,
    rows: pd.DataFrame,
    audits: Audits,
    bootstrap: Bootstrap,
) -> _Scored:
    sample = sample_of(rows, audits.get(key, {}))
    holding = _gates(sample)
    point = roll_up(tree, score_leaves(tree, sample, Weights.even(sample.shape)), holding)
    drawn = roll_up(tree, score_leaves(tree, sample, bootstrap.weights(sample)), holding)
    return _Scored(key, sample, point, drawn, rows)


def _gates(sample: Sample) -> dict[Condition, NDArray[np.bool_]]:
    """Which conditions of gates hold: facts of the sample, the same in every draw."""
    completed = sample.values["completed"]
    critical = sample.severity == max(sample.severity, default=0)
    never = np.nansum(completed, axis=1) == 0
    holding: dict[Condition, NDArray[np.bool_]] = {
        "critical_task_never_completed": np.array(bool(np.any(critical & never)))
    }
    if "inducing_in_elder_mode" in sample.audits:
        holding["inducing_in_elder_mode"] = np.array(sample.audits["inducing_in_elder_mode"] < 1)
    return holding


# --- one App -------------------------------------------------------------------------------------


def _describe(tree: Tree, scored: _Scored, method: str) -> AppIndex:
    holding = _gates(scored.sample)
    index = _estimate(scored.point.index, scored.drawn.index, scored, method)
    geometric = float(scored.point.geometric[0])
    return AppIndex(
        app=scored.key[0],
        simulated=scored.key[1],
        index=index,
        geometric=None if np.isnan(geometric) else geometric,
        covered=float(scored.point.index_covered[0]),
        band=None if index is None else tree.bands.of(index.value),
        held=tuple(gate.title for gate in tree.gates if holding.get(gate.when)),
        nodes=tuple(_describe_node(node, scored, method) for node in tree.walk()),
    )


def _describe_node(node: Node, scored: _Scored, method: str) -> NodeScore:
    attempts = _attempts_of(node, scored)
    return NodeScore(
        id=node.id,
        title=node.title,
        weight=node.weight,
        mark=node.mark,
        score=_estimate(
            scored.point.nodes[node.id], scored.drawn.nodes[node.id], scored, method, len(attempts)
        ),
        covered=float(np.ravel(scored.point.covered[node.id])[0]),
        attempts=attempts if node.measure is not None else (),
    )


def _attempts_of(node: Node, scored: _Scored) -> tuple[str, ...]:
    """The attempts that a node rests on."""
    fits = np.zeros(len(scored.sample.scenarios), dtype=bool)
    for leaf in node.walk():
        if leaf.measure is not None:
            fits |= scored.sample.fits(leaf.tasks)
    names = {name for name, fit in zip(scored.sample.scenarios, fits, strict=True) if fit}
    rows = scored.values[scored.values["scenario"].isin(names)]
    return tuple(
        f"{run}/{attempt}" for run, attempt in zip(rows["run"], rows["attempt"], strict=True)
    )


def _estimate(
    point: Floats, drawn: Floats, scored: _Scored, method: str, n: int | None = None
) -> Estimate | None:
    value = float(np.ravel(point)[0])
    if np.isnan(value):
        return None
    low, high = interval(np.ravel(drawn), value)
    return Estimate(
        value=value, low=low, high=high, n=len(scored.values) if n is None else n, method=method
    )


# --- the order of Apps ---------------------------------------------------------------------------


def name_of(key: AppKey) -> str:
    """How an App is called where Apps on simulated and real phones stand side by side."""
    return f"{key[0]} (simulated)" if key[1] else key[0]


def _ranked(scored: Sequence[_Scored]) -> tuple[list[AppKey], Floats]:
    """The Apps that have an index, and their draws: Apps x draws."""
    known = [each for each in scored if not np.isnan(each.point.index[0])]
    return [each.key for each in known], np.stack(
        [np.broadcast_to(each.drawn.index, each.drawn.index.shape) for each in known]
    ) if known else np.empty((0, 0))


def _ranks(scored: Sequence[_Scored]) -> dict[str, tuple[int, int]]:
    keys, draws = _ranked(scored)
    if not keys:
        return {}
    # Apps that score the same share their places: each of them may have any.
    best_place = rankdata(-draws, method="min", axis=0)
    worst_place = rankdata(-draws, method="max", axis=0)
    low = np.quantile(best_place, 0.025, axis=1, method="nearest")
    high = np.quantile(worst_place, 0.975, axis=1, method="nearest")
    return {
        name_of(key): (int(best), int(worst))
        for key, best, worst in zip(keys, low, high, strict=True)
    }


def _compare(scored: Sequence[_Scored]) -> tuple[Comparison, ...]:
    """Neighbours in the order of the index: 337 Apps have 336 questions, not 57,000."""
    keys, draws = _ranked(scored)
    points = {each.key: float(each.point.index[0]) for each in scored}
    order = sorted(range(len(keys)), key=lambda place: -points[keys[place]])
    found = []
    for first, second in pairwise(order):
        # The same score in a draw speaks for neither.
        above = float(np.mean((np.sign(draws[first] - draws[second]) + 1) / 2))
        found.append(
            Comparison(
                first=keys[first],
                second=keys[second],
                probability=above,
                tells_apart=above >= 0.975 or above <= 0.025,
            )
        )
    return tuple(found)
