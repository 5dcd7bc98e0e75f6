"""How far an order of Apps hangs on weights: under each way to weigh, and many at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.errors import UsageError
from harness.model import Frozen, Words
from scoring.estimate import Estimate
from scoring.index import ASSUMED_NOTE, Indexes
from scoring.scorecard import SIMULATED_NOTE
from scoring.tree import Mark, Tree
from scoring.weights import (
    CONCENTRATION,
    DRAWS,
    SEED,
    AppScores,
    Consistency,
    Pairwise,
    Sensitivity,
    Stability,
    entropy_weights,
    equal_weights,
    order_of,
    pairwise_weights,
    scores_of,
    sensitivity,
    stability,
    weighing_of,
)


class UnderMethod(Frozen):
    """What the Apps come to under one way to weigh."""

    method: str
    mark: Mark
    index: tuple[float | None, ...]
    """One an App, 0 to 100; None: not measured."""
    order: tuple[str, ...]
    """The best first; those without an index are left out."""
    same_order: bool
    """As under the tree's own weights."""
    weights: Mapping[str, Mapping[str, float]]
    """By parent, the children's."""


class Doubts(Frozen):
    """All that other weights would change."""

    version: int = 1
    tree: str
    apps: tuple[str, ...]
    sampled: tuple[Estimate | None, ...]
    """The index of each App under the tree's own weights, with the interval of its sample."""
    sampled_places: tuple[tuple[int, int] | None, ...]
    """The places that the sample leaves open, beside those that weights do."""
    methods: tuple[UnderMethod, ...]
    refused: tuple[str, ...]
    """Ways to weigh that cannot be gone, and why."""
    consistency: tuple[Consistency, ...]
    sensitivity: Sensitivity
    stability: Stability
    notes: tuple[Words, ...]


def doubt(
    tree: Tree,
    indexes: Indexes,
    pairwise: Pairwise | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    concentration: float | None = CONCENTRATION,
) -> Doubts:
    """Weighs the Apps in every way there is.

    Args:
        tree: that the Apps were scored by.
        indexes: what came of that.
        pairwise: somebody's judgements, for weights by pairs.
        draws: of all weights at once.
        seed: of these draws.
        concentration: how near they stay to the tree's weights; None: anywhere.

    Raises:
        UsageError: there is no App, or the judgements contradict each other or fit no group.
    """
    scores = scores_of(indexes, tree)
    trees, refused = {"fixed": tree, "equal": equal_weights(tree)}, []
    consistency: tuple[Consistency, ...] = ()
    if pairwise is not None:
        trees["pairwise"], consistency = pairwise_weights(tree, pairwise)
    try:
        trees["entropy"], kept = entropy_weights(tree, scores)
    except UsageError as exc:
        refused.append(str(exc))
    else:
        if kept:
            refused.append(f"entropy: {', '.join(kept)} keep their weights: too little varies")
    return Doubts(
        tree=tree.id,
        apps=scores.apps,
        sampled=tuple(app.index for app in indexes.apps),
        sampled_places=tuple(indexes.ranks.get(app) for app in scores.apps),
        methods=tuple(_under(method, each, scores, tree) for method, each in trees.items()),
        refused=tuple(refused),
        consistency=consistency,
        sensitivity=sensitivity(tree, scores),
        stability=stability(tree, scores, draws=draws, seed=seed, concentration=concentration),
        notes=(
            *([SIMULATED_NOTE] if any(app.simulated for app in indexes.apps) else []),
            ASSUMED_NOTE,
        ),
    )


def _under(method: str, tree: Tree, scores: AppScores, own: Tree) -> UnderMethod:
    index = scores.under(tree).index
    order = tuple(scores.apps[place] for place in order_of(index))
    return UnderMethod(
        method=method,
        mark=tree.weights,
        index=tuple(None if np.isnan(number) else float(number) for number in index),
        order=order,
        same_order=order
        == tuple(scores.apps[place] for place in order_of(scores.under(own).index)),
        weights=weighing_of(tree),
    )
