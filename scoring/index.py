"""The index of each App: what its attempts make of the tree, with intervals to the top.

The same values whichever processes compute them. Points are of the attempts as they are;
intervals are the middle 95 % of a bootstrap over scenarios, then attempts, drawn for all Apps
at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import compress, pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from harness.model import Frozen, Words
from scoring.bootstrap import DRAWS, SEED, Bootstrap, Spread, calibrated, interval
from scoring.estimate import Estimate
from scoring.leaves import Audited, Sample, Weights, sample_of, score_leaves
from scoring.rollup import Rolled, Scores, roll_up
from scoring.spread import spread
from scoring.tree import Condition, Coverage, Gate, Mark, Measure, Node, Tree
from scoring.values import AnyFloats, Floats

METHOD = (
    "Bayesian bootstrap over scenarios, then attempts, scaled to the variance across scenarios, "
    "{draws} draws"
)
ASSUMED_NOTE = Words(
    zh="标注“假定”的权重与分数线是本项目自定的，并非已发布报告所用",
    en="Weights and cut-offs marked “assumed” are this project's own; they are not those of the "
    "published report",
)
FEW = 32
"""Apps that are scored sooner than processes are started for them."""
RATES: frozenset[Measure] = frozenset(
    ("completion", "weighted_completion", "reachable", "without_app_error", "without_crash")
)
"""Measures of which each attempt says yes or no."""
AUDITED = "share of all that could be told"
AppKey = tuple[str, bool]
"""An App, and whether on a simulated phone."""
ByItem = Mapping[str, Audited]
Audits = Mapping[AppKey, ByItem]
"""By item, what was found right on an App's screens."""


class NodeScore(Frozen):
    """One node of the tree for one App."""

    id: str
    level: int
    """1 a capability, 2 what it is made of, 3 an indicator."""
    title: Words
    weight: float
    """Within its parent."""
    share: float
    """Of the whole index, while all is measured."""
    mark: Mark
    """Whose weight and cut-offs these are."""
    measure: Measure | None
    """None: it is made of the nodes below it."""
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
    held: tuple[Gate, ...]
    """The gates that hold a node of it down."""
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
    needed: Coverage
    """The covered weight without which there is no number."""
    apps: tuple[AppIndex, ...]
    ranks: Mapping[str, tuple[int, int]]
    """The 95 % interval of an App's place, 1 the best, by `app` or `app (simulated)`."""
    comparisons: tuple[Comparison, ...]
    notes: tuple[Words, ...]


@dataclass(frozen=True)
class _Scored:
    """One App's rows, and what the tree makes of them."""

    key: AppKey
    sample: Sample
    point: Rolled
    drawn: Rolled
    attempts: Sequence[str]
    """The ids, as `run/attempt`."""
    places: NDArray[np.intp]
    """Of each attempt: which of the sample's scenarios it is of."""

    @cached_property
    def behind(self) -> dict[bytes, tuple[str, ...]]:
        """Attempts by which scenarios they are of: so that nodes share what would be large."""
        return {}


@dataclass(frozen=True)
class _Placed:
    """What is kept of an App while the others are scored: 3,370 of them fit in memory."""

    key: AppKey
    point: float
    draws: AnyFloats


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
    groups = values.groupby(["app", "simulated"], sort=True)
    each = (((str(app), bool(simulated)), rows) for (app, simulated), rows in groups)
    return index_each(tree, each, audits, draws=draws, seed=seed)


def index_each(
    tree: Tree,
    groups: Iterable[tuple[AppKey, pd.DataFrame]],
    audits: Audits | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Indexes:
    """As `index_apps`, of Apps that come one after the other: few are in memory at a time.

    Many are scored on all processors, by processes that are started anew.

    Args:
        tree: what is measured, and how it is weighted.
        groups: each App once, with its rows of `attempt_values`.
        audits: what screens showed, by App.
        draws: of the bootstrap.
        seed: of its draws.
    """
    audited = audits or {}
    coming = ((key, rows, audited.get(key, {})) for key, rows in groups)
    index = partial(_index_one, tree, Bootstrap(draws, seed))
    apps, placed = [], []
    for app, place in spread(index, coming, FEW):
        apps.append(app)
        placed.append(place)
    return Indexes(
        tree=tree.id,
        title=tree.title,
        draws=draws,
        seed=seed,
        band_scheme=tree.bands.name,
        needed=tree.coverage,
        apps=tuple(apps),
        ranks=_ranks(placed),
        comparisons=_compare(placed),
        notes=(ASSUMED_NOTE,),
    )


def _index_one(
    tree: Tree, bootstrap: Bootstrap, app: tuple[AppKey, pd.DataFrame, ByItem]
) -> tuple[AppIndex, _Placed]:
    """One App's index, and what its place is found by: by its key, rows and audits."""
    scored = _score(tree, bootstrap, *app)
    place = _Placed(scored.key, float(scored.point.index[0]), scored.drawn.index)
    return _describe(tree, scored, METHOD.format(draws=bootstrap.draws)), place


def _score(
    tree: Tree, bootstrap: Bootstrap, key: AppKey, rows: pd.DataFrame, audits: ByItem
) -> _Scored:
    sample = sample_of(rows, audits)
    holding = _gates(sample)
    points = score_leaves(tree, sample, Weights.even(sample.shape))
    point = roll_up(tree, points, holding)
    drawn = roll_up(tree, _draw(tree, sample, points, bootstrap), holding)
    names = [f"{run}/{attempt}" for run, attempt in zip(rows["run"], rows["attempt"], strict=True)]
    places = np.searchsorted(sample.scenarios, rows["scenario"].to_numpy(dtype=str))
    return _Scored(key, sample, point, drawn, names, places)


def _draw(
    tree: Tree, sample: Sample, points: Mapping[str, Scores], bootstrap: Bootstrap
) -> dict[str, Scores]:
    """The leaves by draw."""
    weights = bootstrap.weights(sample)
    even = np.ones((1, *sample.shape), dtype=weights.attempts.dtype)
    both = score_leaves(tree, sample, weights)
    across = score_leaves(tree, sample, Weights(even, weights.scenarios))
    drawn = {}
    for id, scores in both.items():
        leaf = tree.leaves[id]
        spread = Spread.of(sample, leaf.tasks)
        share = float(points[id][0]) / 100
        if leaf.measure in RATES and share in {0.0, 1.0}:
            attempts = round(spread.tasks * spread.attempts)
            drawn[id] = bootstrap.unanimous(sample, id, share, attempts)
        else:
            drawn[id] = calibrated(spread, points[id], scores, across[id])
    return drawn


def _gates(sample: Sample) -> dict[Condition, NDArray[np.bool_]]:
    """Which conditions of gates hold: facts of the sample, the same in every draw."""
    completed = sample.values["completed"]
    critical = sample.severity == max(sample.severity, default=0)
    never = np.nansum(completed, axis=1) == 0
    holding: dict[Condition, NDArray[np.bool_]] = {
        "critical_task_never_completed": np.array(bool(np.any(critical & never)))
    }
    if "inducing_in_elder_mode" in sample.audits:
        holding["inducing_in_elder_mode"] = np.array(
            sample.audits["inducing_in_elder_mode"].share < 1
        )
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
        held=tuple(gate for gate in tree.gates if holding.get(gate.when)),
        nodes=tuple(_describe_node(tree, node, scored, method) for node in tree.walk()),
    )


def _describe_node(tree: Tree, node: Node, scored: _Scored, method: str) -> NodeScore:
    attempts = _attempts_of(node, scored)
    return NodeScore(
        id=node.id,
        level=len(tree.ways[node.id]),
        title=node.title,
        weight=node.weight,
        share=tree.share(node.id),
        mark=node.mark,
        measure=node.measure,
        score=_estimate(
            scored.point.nodes[node.id], scored.drawn.nodes[node.id], scored, method, len(attempts)
        )
        if _is_sampled(node, scored)
        else _audit(node, scored),
        covered=float(np.ravel(scored.point.covered[node.id])[0]),
        attempts=attempts if node.measure is not None else (),
    )


def _attempts_of(node: Node, scored: _Scored) -> tuple[str, ...]:
    """The attempts that a node rests on."""
    fits = np.zeros(len(scored.sample.scenarios), dtype=bool)
    for leaf in node.walk():
        if leaf.measure is not None:
            fits |= scored.sample.fits(leaf.tasks)
    which = fits.tobytes()
    if which not in scored.behind:
        chosen = fits[scored.places].tolist()
        scored.behind[which] = tuple(compress(scored.attempts, chosen))
    return scored.behind[which]


def _is_sampled(node: Node, scored: _Scored) -> bool:
    """Whether anything measured of a node is of attempts, which might have gone otherwise."""
    return any(
        leaf.measure is not None
        and not leaf.item
        and not np.isnan(np.ravel(scored.point.nodes[leaf.id])[0])
        for leaf in node.walk()
    )


def _audit(node: Node, scored: _Scored) -> Estimate | None:
    """Of all that was seen, not of a sample of it: there is no interval."""
    value = float(np.ravel(scored.point.nodes[node.id])[0])
    if np.isnan(value):
        return None
    audits = (scored.sample.audits.get(leaf.item or "") for leaf in node.walk())
    count = sum(found.n for found in audits if found is not None)
    return Estimate(value=value, low=None, high=None, n=count, method=AUDITED)


def _estimate(
    point: Floats, drawn: Floats, scored: _Scored, method: str, n: int | None = None
) -> Estimate | None:
    value = float(np.ravel(point)[0])
    if np.isnan(value):
        return None
    low, high = interval(np.ravel(drawn), value)
    return Estimate(
        value=value, low=low, high=high, n=len(scored.attempts) if n is None else n, method=method
    )


# --- the order of Apps ---------------------------------------------------------------------------


def name_of(key: AppKey) -> str:
    """How an App is called where Apps on simulated and real phones stand side by side."""
    return f"{key[0]} (simulated)" if key[1] else key[0]


def _ranked(placed: Sequence[_Placed]) -> tuple[list[_Placed], AnyFloats]:
    """The Apps that have an index, and their draws: Apps x draws."""
    known = [each for each in placed if not np.isnan(each.point)]
    return known, np.stack([each.draws for each in known]) if known else np.empty((0, 0))


def _ranks(placed: Sequence[_Placed]) -> dict[str, tuple[int, int]]:
    known, draws = _ranked(placed)
    if not known:
        return {}
    # Apps that score the same share their places: each of them may have any.
    best_place = rankdata(-draws, method="min", axis=0)
    worst_place = rankdata(-draws, method="max", axis=0)
    low = np.quantile(best_place, 0.025, axis=1, method="nearest")
    high = np.quantile(worst_place, 0.975, axis=1, method="nearest")
    return {
        name_of(each.key): (int(best), int(worst))
        for each, best, worst in zip(known, low, high, strict=True)
    }


def _compare(placed: Sequence[_Placed]) -> tuple[Comparison, ...]:
    """Neighbours in the order of the index: 337 Apps have 336 questions, not 57,000."""
    known, draws = _ranked(placed)
    order = sorted(range(len(known)), key=lambda place: -known[place].point)
    found = []
    for first, second in pairwise(order):
        # The same score in a draw speaks for neither.
        above = float(np.mean((np.sign(draws[first] - draws[second]) + 1) / 2))
        found.append(
            Comparison(
                first=known[first].key,
                second=known[second].key,
                probability=above,
                tells_apart=above >= 0.975 or above <= 0.025,
            )
        )
    return tuple(found)
