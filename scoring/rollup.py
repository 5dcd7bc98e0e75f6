"""From indicators to capabilities and the index: the tree's arithmetic, for many draws at once.

Scores are arrays of one shape (draws first, Apps after, whatever the caller has), NaN where
nothing was measured. What is missing leaves and the other weights are scaled up; what the
App lacks is a score of 0 and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.tree import Condition, Node, Tree

Scores = NDArray[np.float64]
"""From 0 to 100, NaN: not measured."""


@dataclass(frozen=True)
class Rolled:
    """What a tree makes of its indicators; all arrays are of the shape of the indicators'.

    Attributes:
        nodes: the score of each node by id, gates applied; NaN where it has none.
        covered: by id the share of the weight below it that was measured, 0 to 1.
        index: the weighted mean of the capabilities; NaN under the covered weight asked for.
        geometric: their weighted geometric mean, beside it.
        index_covered: the share of the whole weight that was measured.
    """

    nodes: Mapping[str, Scores]
    covered: Mapping[str, Scores]
    index: Scores
    geometric: Scores
    index_covered: Scores


def roll_up(
    tree: Tree,
    indicators: Mapping[str, Scores],
    holding: Mapping[Condition, NDArray[np.bool_]] | None = None,
) -> Rolled:
    """Weighs the indicators together.

    Args:
        tree: whose weights, gates and covered weights count.
        indicators: scores by the id of a leaf; those left out were not measured.
        holding: for each condition of a gate whether it holds; left out, it does not.

    Raises:
        KeyError: a score is given for what is no leaf of the tree.
    """
    for id in indicators:
        _ = tree.leaves[id]
    shape = np.broadcast_shapes(*(np.shape(each) for each in indicators.values()))
    rolled = _Rolling(tree, indicators, holding or {}, shape)
    capabilities = [rolled.visit(node) for node in tree.nodes]
    weights = [node.weight for node in tree.nodes]
    least = tree.coverage.capability
    shown = [
        (np.where(covered >= least - 1e-9, score, np.nan), covered)
        for score, covered in capabilities
    ]
    for node, (score, _) in zip(tree.nodes, shown, strict=True):
        rolled.nodes[node.id] = score
    counted = [np.where(np.isnan(score), 0.0, covered) for score, covered in shown]
    covered = _sum(w * each for w, each in zip(weights, counted, strict=True))
    enough = covered >= tree.coverage.index - 1e-9
    scores = [score for score, _ in shown]
    return Rolled(
        nodes=rolled.nodes,
        covered=rolled.covered,
        index=np.where(enough, weighted_mean(weights, scores), np.nan),
        geometric=np.where(enough, geometric_mean(weights, scores), np.nan),
        index_covered=covered,
    )


class _Rolling:
    """A walk up the tree; fills in `nodes` and `covered`."""

    def __init__(
        self,
        tree: Tree,
        indicators: Mapping[str, Scores],
        holding: Mapping[Condition, NDArray[np.bool_]],
        shape: tuple[int, ...],
    ) -> None:
        self._indicators = indicators
        self._gates = {
            gate.node: (gate.at_most, holding[gate.when])
            for gate in tree.gates
            if gate.when in holding
        }
        self._shape = shape
        self.nodes: dict[str, Scores] = {}
        self.covered: dict[str, Scores] = {}

    def visit(self, node: Node) -> tuple[Scores, Scores]:
        """The node's score and the share of its weight that was measured."""
        if node.measure is not None:
            score = np.broadcast_to(self._indicators.get(node.id, np.array(np.nan)), self._shape)
            covered = (~np.isnan(score)).astype(np.float64)
        else:
            below = [self.visit(child) for child in node.children]
            weights = [child.weight for child in node.children]
            score = weighted_mean(weights, [each for each, _ in below])
            covered = _sum(w * share for w, (_, share) in zip(weights, below, strict=True))
        if node.id in self._gates:
            at_most, holds = self._gates[node.id]
            score = np.where(holds, np.minimum(score, at_most), score)
        self.nodes[node.id], self.covered[node.id] = score, covered
        return score, covered


def weighted_mean(weights: Iterable[float], scores: Iterable[Scores]) -> Scores:
    """Sum w s / sum w over what was measured; NaN where nothing was."""
    return _weighted(weights, scores, lambda each: each, lambda mean: mean)


def geometric_mean(weights: Iterable[float], scores: Iterable[Scores]) -> Scores:
    """The weighted geometric mean of what was measured: 0 where anything is 0."""
    with np.errstate(divide="ignore"):
        return _weighted(weights, scores, np.log, np.exp)


def _weighted(
    weights: Iterable[float],
    scores: Iterable[Scores],
    there: Callable[[Scores], Scores],
    back: Callable[[Scores], Scores],
) -> Scores:
    pairs = list(zip(weights, scores, strict=True))
    measured = [w * ~np.isnan(score) for w, score in pairs]
    total = _sum(measured)
    weighted = _sum(np.where(np.isnan(s), 0.0, w * there(np.nan_to_num(s))) for w, s in pairs)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, back(weighted / total), np.nan)


def _sum(parts: Iterable[Scores]) -> Scores:
    total: Scores = np.sum(np.stack(list(parts)), axis=0)
    return total
