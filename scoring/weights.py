"""Other weights for a tree, and what they would change. Pure; draws are seeded.

Four ways to weigh (as the tree says, equally, by pairs, by entropy), each of which gives a tree
again; and two ways to doubt weights: one at a time by a fifth, and all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, permutations
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy.stats import entropy, rankdata

from harness.errors import UsageError
from harness.load import load_as
from harness.model import Frozen, Mistake, Words
from harness.problem import join, listed, suggest
from scoring.index import Indexes, name_of
from scoring.rollup import Rolled, Scores, roll_up
from scoring.tree import Condition, Node, NodeId, Tree

ROOT = "index"
"""What the capabilities are weighed into."""
CHANGE = 0.20
"""By how much of itself a weight is changed, one at a time."""
DRAWS = 1000
SEED = 20231123
CONCENTRATION = 100.0
"""Of the Dirichlet draws: a weight of 0.2 has a standard deviation of a fifth of itself."""
FEWEST_APPS = 10
"""Entropy weights of fewer Apps say more of chance than of the indicators."""
MOST_INCONSISTENT = 0.10
RANDOM_INDEX: Mapping[int, float] = {
    3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49,
}  # fmt: skip
"""The consistency index of random judgements, by how many things are compared: Saaty (1980)."""

STABILITY_NOTE = Words(
    zh="权重全部同时按狄利克雷分布抽取，以各权重为中心；只反映权重的不确定性，不含抽样误差",
    en="All weights drawn at once from Dirichlet distributions around them; this is the "
    "uncertainty of weights alone, not that of the sample",
)

Weighing = Mapping[str, Mapping[str, float]]
"""By the id of a parent (`ROOT` for the capabilities): its children's weights, which sum to 1."""


# --- trees with other weights --------------------------------------------------------------------


def weighing_of(tree: Tree) -> dict[str, dict[str, float]]:
    """The weights of a tree, a group of siblings each; parents first."""
    groups = {ROOT: {node.id: node.weight for node in tree.nodes}}
    for node in tree.walk():
        if node.children:
            groups[node.id] = {child.id: child.weight for child in node.children}
    return groups


def reweigh(tree: Tree, weighing: Weighing, method: str) -> Tree:
    """The tree with other weights, marked as assumed; groups that are not given stay.

    Args:
        tree: to begin with.
        weighing: each group whole.
        method: how these weights were found; becomes part of the tree's id.

    Raises:
        UsageError: a group is not in the tree, has other members, or does not sum to 1.
    """
    known = weighing_of(tree)
    for parent, weights in weighing.items():
        _check_group(parent, weights, known)
    return _reweigh(tree, weighing, method)


def _check_group(parent: str, weights: Mapping[str, float], known: Weighing) -> None:
    if parent not in known:
        parents = listed(known)
        message = Words(
            zh=f"它没有可加权的子项；有子项的是 {parents.zh}",
            en=f"nothing is weighed into it; there are {parents.en}",
        )
        raise UsageError(f"{parent}: {join(message, suggest(parent, known))}")
    if set(weights) != set(known[parent]):
        made_of, given = ", ".join(known[parent]), ", ".join(sorted(weights))
        zh = f"{parent} 由 {made_of} 组成，不是 {given}"
        raise UsageError(Words(zh=zh, en=f"{parent} is made of {made_of}, not of {given}"))
    total = sum(weights.values())
    if min(weights.values()) < 0 or not abs(total - 1) <= 1e-6:
        zh = f"{parent} 之下的权重须不小于 0，且加起来为 1"
        en = f"the weights under {parent} must be 0 or more and sum to 1"
        raise UsageError(Words(zh=zh, en=en))


def _reweigh(tree: Tree, weighing: Weighing, method: str) -> Tree:
    def changed(nodes: Sequence[Node], parent: str) -> tuple[Node, ...]:
        weights = weighing.get(parent, {})
        return tuple(
            node.model_copy(
                update={
                    "weight": weights.get(node.id, node.weight),
                    "children": changed(node.children, node.id),
                }
            )
            for node in nodes
        )

    # Whether enough of the weight was measured is decided by the tree that is doubted.
    coverage = tree.coverage.model_copy(update={"capability": 0.0, "index": 0.0})
    copy = tree.model_copy(
        update={
            "id": f"{tree.id} ({method})",
            "weights": "assumed",
            "nodes": changed(tree.nodes, ROOT),
            "coverage": coverage,
        }
    )
    for computed in ("leaves", "ways"):  # from the nodes that were
        vars(copy).pop(computed, None)
    return copy


def equal_weights(tree: Tree) -> Tree:
    """The tree with all siblings weighing the same."""
    groups = weighing_of(tree)
    return reweigh(
        tree,
        {parent: dict.fromkeys(group, 1 / len(group)) for parent, group in groups.items()},
        "equal",
    )


# --- by pairs ------------------------------------------------------------------------------------


class Judgement(Frozen):
    """One thing beside another: how much more it matters."""

    more: NodeId
    less: NodeId
    by: Annotated[float, Field(ge=1, le=9)]
    """1 the same, 3 somewhat, 5 much, 7 very much, 9 beyond compare: Saaty's scale."""


class PairwiseGroup(Frozen):
    """All pairs of the children of one node."""

    parent: str = ROOT
    judgements: Annotated[tuple[Judgement, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_pair_once(self) -> PairwiseGroup:
        pairs = [frozenset((each.more, each.less)) for each in self.judgements]
        for pair in pairs:
            if len(pair) == 1:
                raise Mistake(self._say_itself(*pair))
            if pairs.count(pair) > 1:
                raise Mistake(self._say_twice(*sorted(pair)))
        missing = [pair for pair in combinations(self.members, 2) if frozenset(pair) not in pairs]
        if missing:
            raise Mistake(self._say_missing(missing))
        return self

    def _say_itself(self, one: str) -> Words:
        return Words(
            zh=f"{self.parent}：{one} 和它自己比了",
            en=f"{self.parent}: {one} is held against itself",
        )

    def _say_twice(self, one: str, other: str) -> Words:
        return Words(
            zh=f"{self.parent}：{one} 和 {other} 比了两次",
            en=f"{self.parent}: {one} and {other} are judged twice",
        )

    def _say_missing(self, missing: Iterable[tuple[str, str]]) -> Words:
        pairs = tuple(missing)
        return Words(
            zh=f"{self.parent}：还没有比的：{'、'.join(' 和 '.join(pair) for pair in pairs)}",
            en=f"{self.parent}: not judged: {', '.join(' and '.join(pair) for pair in pairs)}",
        )

    @property
    def members(self) -> tuple[str, ...]:
        """What is compared, in the order of the ids."""
        return tuple(sorted({id for each in self.judgements for id in (each.more, each.less)}))


class Pairwise(Frozen):
    """Judgements of one or more groups of a tree."""

    groups: Annotated[tuple[PairwiseGroup, ...], Field(min_length=1)]


class Consistency(Frozen):
    """Weights from pairs, and how well the pairs agree with each other."""

    parent: str
    weights: Mapping[str, float]
    eigenvalue: float
    ratio: float
    """Of the consistency index to that of random judgements; 0: no contradiction."""
    worst: tuple[str, str, str] | None
    """The three that contradict each other most; None with fewer than three."""


def load_pairwise(path: Path, *, root: Path | None = None) -> Pairwise:
    """Reads a file of judgements.

    Raises:
        InvalidFile: with all its mistakes, `path:line:col` each.
    """
    return load_as(Pairwise, path, root=path.parent if root is None else root).value


def judge(group: PairwiseGroup) -> Consistency:
    """The principal eigenvector of the judgements, and their consistency ratio.

    Raises:
        UsageError: there are more than ten things, for which no random index is published.

    Source: Saaty (1980).
    """
    names = group.members
    if len(names) > max(RANDOM_INDEX):
        zh = f"{len(names)} 项太多，没法两两比较"
        en = f"{len(names)} are too many to compare in pairs"
        raise UsageError(f"{group.parent}: {Words(zh=zh, en=en)}")
    matrix = _matrix(group, names)
    values, vectors = np.linalg.eig(matrix)
    largest = int(np.argmax(values.real))
    vector = np.abs(vectors[:, largest].real)
    eigenvalue = float(values[largest].real)
    return Consistency(
        parent=group.parent,
        weights=dict(zip(names, (vector / vector.sum()).tolist(), strict=True)),
        eigenvalue=eigenvalue,
        ratio=_consistency_ratio(eigenvalue, len(names)),
        worst=_worst_triple(matrix, names),
    )


def _matrix(group: PairwiseGroup, names: Sequence[str]) -> Scores:
    place = {name: number for number, name in enumerate(names)}
    matrix = np.ones((len(names), len(names)))
    for each in group.judgements:
        matrix[place[each.more], place[each.less]] = each.by
        matrix[place[each.less], place[each.more]] = 1 / each.by
    return matrix


def _consistency_ratio(eigenvalue: float, count: int) -> float:
    if count not in RANDOM_INDEX:
        return 0.0  # two things cannot contradict each other
    return max(0.0, (eigenvalue - count) / (count - 1) / RANDOM_INDEX[count])


def _worst_triple(matrix: Scores, names: Sequence[str]) -> tuple[str, str, str] | None:
    """Where a to b, times b to c, is furthest from a to c."""
    logs = np.log(matrix)
    triples = list(permutations(range(len(names)), 3))
    if not triples:
        return None
    a, b, c = max(
        triples, key=lambda t: abs(logs[t[0], t[1]] + logs[t[1], t[2]] - logs[t[0], t[2]])
    )
    return names[a], names[b], names[c]


def pairwise_weights(tree: Tree, pairwise: Pairwise) -> tuple[Tree, tuple[Consistency, ...]]:
    """The tree with weights from pairs (AHP); groups that are not judged stay.

    Raises:
        UsageError: a group contradicts itself (ratio over 0.10), naming the three that do so
            most; or it is not one of the tree.
    """
    found = tuple(judge(group) for group in pairwise.groups)
    for each in found:
        if each.ratio > MOST_INCONSISTENT:
            a, b, c = each.worst or ("", "", "")
            ratio, most = f"{each.ratio:.2f}", f"{MOST_INCONSISTENT:.2f}"
            zh = (
                f"判断自相矛盾，一致性比率 {ratio}，超过 {most}；最矛盾的是 {a}、{b}、{c}："
                f"{a} 比 {b}、{b} 比 {c}，和 {a} 比 {c} 对不上"
            )
            en = (
                f"the judgements contradict each other, consistency ratio {ratio} over {most}; "
                f"most of all {a}, {b} and {c}: {a} to {b} and {b} to {c} do not go with {a} to {c}"
            )
            raise UsageError(f"{each.parent}: {Words(zh=zh, en=en)}")
    return reweigh(tree, {each.parent: each.weights for each in found}, "pairwise"), found


# --- what Apps score under a tree ----------------------------------------------------------------


@dataclass(frozen=True)
class AppScores:
    """The indicators of several Apps: what a tree is rolled up from.

    Attributes:
        apps: their names.
        leaves: by the id of a leaf its scores, one an App, NaN where not measured, and where
            too little was measured for its capability, or the index, to be shown.
        holding: which conditions of gates hold, one an App.
    """

    apps: tuple[str, ...]
    leaves: Mapping[str, Scores]
    holding: Mapping[Condition, NDArray[np.bool_]]

    def under(self, tree: Tree) -> Rolled:
        """What a tree makes of them."""
        return roll_up(tree, self.leaves, self.holding)


def scores_of(indexes: Indexes, tree: Tree) -> AppScores:
    """The indicators of the Apps that were scored by this tree.

    Raises:
        UsageError: there is no App.
    """
    if not indexes.apps:
        raise UsageError("no attempt counts: there is nothing to weigh")
    found = [{node.id: node.score for node in app.nodes} for app in indexes.apps]
    leaves = {
        id: np.array([np.nan if (score := nodes[id]) is None else score.value for nodes in found])
        for id in tree.leaves
    }
    holding: dict[Condition, NDArray[np.bool_]] = {
        gate.when: np.array([gate in app.held for app in indexes.apps]) for gate in tree.gates
    }
    names = tuple(name_of((app.app, app.simulated)) for app in indexes.apps)
    return AppScores(names, _shown(tree, leaves, holding), holding)


def _shown(
    tree: Tree, leaves: Mapping[str, Scores], holding: Mapping[Condition, NDArray[np.bool_]]
) -> dict[str, Scores]:
    """The leaves that count: under other weights the same ones do."""
    rolled = roll_up(tree, leaves, holding)
    return {
        id: np.where(np.isnan(rolled.nodes[tree.ways[id][0].id] + rolled.index), np.nan, scores)
        for id, scores in leaves.items()
    }


def entropy_weights(tree: Tree, scores: AppScores) -> tuple[Tree, tuple[str, ...]]:
    """The tree with weights by how much its indicators tell Apps apart.

    What all Apps score alike tells nothing and weighs nothing. From the leaves up, each group
    by the Apps that have all its scores.

    Returns:
        The tree, and the groups that keep their weights: too few Apps have all their scores,
        or none of them varies.

    Raises:
        UsageError: there are fewer than ten Apps.

    Source: Shannon (1948); Hwang & Yoon (1981).
    """
    if len(scores.apps) < FEWEST_APPS:
        zh = (
            f"熵权至少要 {FEWEST_APPS} 个 App，这里只有 {len(scores.apps)} 个："
            "再少，权重反映的多是偶然，而不是指标"
        )
        en = (
            f"entropy weights need {FEWEST_APPS} Apps or more, not {len(scores.apps)}: of fewer "
            "they say more of chance than of the indicators"
        )
        raise UsageError(Words(zh=zh, en=en))
    kept: list[str] = []
    found: dict[str, dict[str, float]] = {}
    for parent, group in reversed(weighing_of(tree).items()):
        nodes = scores.under(_reweigh(tree, found, "entropy")).nodes
        weights = _entropy([nodes[id] for id in group])
        if weights is None:
            kept.append(parent)
        else:
            found[parent] = dict(zip(group, weights, strict=True))
    return reweigh(tree, found, "entropy"), tuple(reversed(kept))


def _entropy(columns: Sequence[Scores]) -> list[float] | None:
    table = np.stack(columns, axis=1)
    whole = table[~np.isnan(table).any(axis=1)]
    if len(columns) < 2:
        return [1.0]
    if len(whole) < FEWEST_APPS or np.any(whole.sum(axis=0) == 0):
        return None
    told = 1 - np.asarray(entropy(whole, base=len(whole), axis=0))
    told = np.where(told > 1e-12, told, 0.0)
    weights: list[float] = (told / told.sum()).tolist() if told.sum() > 0 else []
    return weights or None


# --- one weight at a time ------------------------------------------------------------------------


class Swing(Frozen):
    """One weight changed by a fifth of itself, its siblings scaled to make up for it."""

    node: str
    title: Words
    weight: float
    less: tuple[float | None, ...]
    """The index of each App with the smaller weight; None: not measured."""
    more: tuple[float | None, ...]
    turns: tuple[tuple[str, str], ...]
    """Neighbours that change places with either: who was above, who is now."""


class Sensitivity(Frozen):
    """What each weight is worth to each App; the widest swing first."""

    change: float
    apps: tuple[str, ...]
    index: tuple[float | None, ...]
    swings: tuple[Swing, ...]


def sensitivity(tree: Tree, scores: AppScores, change: float = CHANGE) -> Sensitivity:
    """Changes each weight that has siblings up and down, one at a time."""
    base = scores.under(tree).index
    nodes = {node.id: node for node in tree.walk()}
    swings = []
    for parent, group in weighing_of(tree).items():
        for id, weight in group.items():
            if not 0 < weight < 1:
                continue
            less, more = (
                scores.under(_reweigh(tree, {parent: _changed(group, id, to)}, "changed")).index
                for to in (weight * (1 - change), min(1.0, weight * (1 + change)))
            )
            swings.append(
                Swing(
                    node=id,
                    title=nodes[id].title,
                    weight=weight,
                    less=_plain(less),
                    more=_plain(more),
                    turns=tuple(
                        dict.fromkeys(
                            turn
                            for other in (less, more)
                            for turn in _turns(scores.apps, base, other)
                        )
                    ),
                )
            )
    return Sensitivity(
        change=change,
        apps=scores.apps,
        index=_plain(base),
        swings=tuple(sorted(swings, key=_width, reverse=True)),
    )


def _changed(group: Mapping[str, float], id: str, to: float) -> dict[str, float]:
    scale = (1 - to) / (1 - group[id])
    return {other: to if other == id else weight * scale for other, weight in group.items()}


def _plain(scores: Scores) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(score) else float(score) for score in np.ravel(scores))


def _width(swing: Swing) -> float:
    pairs = zip(swing.less, swing.more, strict=True)
    return max((abs(m - s) for s, m in pairs if s is not None and m is not None), default=0.0)


def _turns(apps: Sequence[str], base: Scores, other: Scores) -> Iterator[tuple[str, str]]:
    order = order_of(base)
    for above, below in pairwise(order):
        if base[above] > base[below] and other[above] < other[below]:
            yield apps[above], apps[below]


def order_of(index: Scores) -> list[int]:
    """The places of Apps in an array, the highest index first; those without one are left out."""
    return [int(place) for place in np.argsort(-index, kind="stable") if not np.isnan(index[place])]


# --- all weights at once -------------------------------------------------------------------------


class PlaceStability(Frozen):
    """How firmly an App stands on its place, whatever the weights."""

    app: str
    index: float
    place: int
    places: tuple[int, int]
    """The middle 95 % of the draws."""
    shares: tuple[float, ...]
    """In which share of the draws it has the first place, the second, and so on."""


class Turn(Frozen):
    """Neighbours in the order, and in which share of the draws they stand the other way round."""

    above: str
    below: str
    share: float


class Stability(Frozen):
    """How often other weights would change the order of Apps."""

    draws: int
    seed: int
    concentration: float | None
    """None: any weights at all, each as likely as any other."""
    same_order: float | None
    """In which share of the draws the whole order is the same; None with fewer than two Apps."""
    apps: tuple[PlaceStability, ...]
    """Those that have an index in every draw, the best first."""
    left_out: tuple[str, ...]
    """Those that have not."""
    turns: tuple[Turn, ...]
    note: Words = STABILITY_NOTE


def stability(
    tree: Tree,
    scores: AppScores,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    concentration: float | None = CONCENTRATION,
) -> Stability:
    """Draws all weights at once and looks what comes of the order.

    Args:
        tree: whose weights are doubted.
        scores: of the Apps; neither their order nor their names change what comes out.
        draws: of all weights.
        seed: of the draws.
        concentration: how near the draws stay to the tree's weights: a weight w has the
            variance w (1 - w) / (concentration + 1). None: they do not.
    """
    generator = np.random.default_rng(seed)
    base = scores.under(tree).index
    drawn = np.stack(
        [scores.under(each).index for each in _draw(tree, generator, draws, concentration)]
    )
    known = ~np.isnan(base) & ~np.isnan(drawn).any(axis=0)
    order = [place for place in order_of(base) if known[place]]
    there = drawn[:, order]
    above = there[:, :-1] - there[:, 1:]
    return Stability(
        draws=draws,
        seed=seed,
        concentration=concentration,
        same_order=float(np.mean(np.all(above >= 0, axis=1))) if len(order) > 1 else None,
        apps=_places(scores.apps, base, order, there),
        left_out=tuple(app for app, fine in zip(scores.apps, known, strict=True) if not fine),
        turns=tuple(
            Turn(above=scores.apps[one], below=scores.apps[other], share=float(np.mean(gap < 0)))
            for (one, other), gap in zip(pairwise(order), above.T, strict=True)
        ),
    )


def _draw(
    tree: Tree, generator: np.random.Generator, draws: int, concentration: float | None
) -> Iterator[Tree]:
    groups = weighing_of(tree)
    drawn = {
        parent: (ids, generator.dirichlet([_spread(group[id], concentration) for id in ids], draws))
        for parent, group in groups.items()
        if len(ids := [id for id, weight in group.items() if weight > 0]) > 1
    }
    for number in range(draws):
        yield _reweigh(
            tree,
            {
                parent: dict(zip(ids, weights[number].tolist(), strict=True))
                for parent, (ids, weights) in drawn.items()
            },
            "drawn",
        )


def _spread(weight: float, concentration: float | None) -> float:
    return 1.0 if concentration is None else weight * concentration


def _places(
    apps: Sequence[str], base: Scores, order: Sequence[int], drawn: Scores
) -> tuple[PlaceStability, ...]:
    if not order:
        return ()
    best = rankdata(-drawn, method="min", axis=1)
    worst = rankdata(-drawn, method="max", axis=1)
    low = np.quantile(best, 0.025, axis=0, method="nearest")
    high = np.quantile(worst, 0.975, axis=0, method="nearest")
    own = rankdata(-base[list(order)], method="min")
    places = range(1, len(order) + 1)
    return tuple(
        PlaceStability(
            app=apps[app],
            index=float(base[app]),
            place=int(own[column]),
            places=(int(low[column]), int(high[column])),
            shares=tuple(float(np.mean(best[:, column] == place)) for place in places),
        )
        for column, app in enumerate(order)
    )
