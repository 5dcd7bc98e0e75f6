"""The tree of indicators as a value: what is measured, how it is weighted, who says so.

Read from `scoring/indicators.yaml`, or from a file of the reader's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from harness.load import load_as
from harness.model import Frozen, Mistake, NonEmpty, Words
from harness.problem import listed

INDICATORS = Path(__file__).parent / "indicators.yaml"
"""The tree that is used unless another is given."""

Mark = Literal["published", "assumed"]
"""Whether a weight or cut-off was seen in a publication, or is this project's own."""
Measure = Literal[
    "completion", "weighted_completion", "checkpoints", "wayfinding", "path", "time", "reachable",
    "depth", "without_app_error", "without_crash", "cold_start", "response", "interruptions",
    "audit", "checklist", "reviewers",
]  # fmt: skip
Condition = Literal["critical_task_never_completed", "inducing_in_elder_mode"]

NodeId = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*(\.[0-9]+)*$", max_length=20)]
Weight = Annotated[float, Field(gt=0, le=1)]
Score = Annotated[float, Field(ge=0, le=100)]
SUM_TOLERANCE = 1e-6


class Tasks(Frozen):
    """Which scenarios feed an indicator: those that fit all that is said."""

    kind: Literal["information", "transaction", "participation"] | None = None
    tag: NonEmpty | None = None


class Thresholds(Frozen):
    """Between which values the score falls from 100 to 0, in a straight line."""

    best_s: Annotated[float, Field(ge=0)] | None = None
    """Seconds that give 100."""
    worst_s: Annotated[float, Field(gt=0)] | None = None
    """Seconds that give 0."""
    worst: Annotated[float, Field(gt=0)] | None = None
    """Of a count: the number that gives 0."""


class Node(Frozen):
    """An indicator, or a capability made of others: it has a measure or children, never both."""

    id: NodeId
    weight: Weight
    """Within the parent, where all sum to 1."""
    title: Words
    measure: Measure | None = None
    tasks: Tasks = Tasks()
    item: NonEmpty | None = None
    """What an audit, a checklist or reviewers are asked for."""
    thresholds: Thresholds | None = None
    mark: Mark = "assumed"
    """Of the measure's own cut-offs."""
    source: str = ""
    children: tuple[Node, ...] = ()

    @model_validator(mode="after")
    def _measures_or_weighs(self) -> Node:
        if (self.measure is None) == (not self.children):
            raise Mistake(
                Words(
                    zh=f"{self.id}：measure 和 children 要写一个，且只写一个",
                    en=f"{self.id}: give it either a measure or children",
                )
            )
        _check_weights(Words(zh=f"{self.id} 各子项", en=self.id), self.children)
        return self

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


class Band(Frozen):
    """A level that begins at a score."""

    from_: Score = Field(alias="from")
    name: Words


class Bands(Frozen):
    """Levels by score; whose they are is printed wherever one is shown."""

    name: Words
    mark: Mark
    source: str = ""
    levels: Annotated[tuple[Band, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fall_to_nought(self) -> Bands:
        starts = [level.from_ for level in self.levels]
        if starts != sorted(set(starts), reverse=True) or starts[-1] != 0:
            raise Mistake(
                Words(
                    zh="bands.levels 从高到低，不重复；最后一级是 from: 0",
                    en="bands.levels: the highest first, each once; the last is from: 0",
                )
            )
        return self

    def of(self, score: float) -> Words:
        """The level that a score from 0 to 100 lies in."""
        return next(level.name for level in self.levels if score >= level.from_)


class Coverage(Frozen):
    """How much of the weight must have been measured for a number to be shown."""

    capability: Annotated[float, Field(ge=0, le=1)]
    index: Annotated[float, Field(ge=0, le=1)]
    mark: Mark


class Gate(Frozen):
    """What holds a node's score at a value at most."""

    node: NodeId
    at_most: Score
    when: Condition
    mark: Mark
    title: Words


class Tree(Frozen):
    """Capabilities, their indicators, and the rules by which they become an index."""

    id: NonEmpty
    title: Words
    source: str = ""
    weights: Mark
    coverage: Coverage
    bands: Bands
    gates: tuple[Gate, ...] = ()
    nodes: Annotated[tuple[Node, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_a_tree(self) -> Tree:
        _check_weights(Words(zh="各项能力", en="the capabilities"), self.nodes)
        ids = [node.id for node in self.walk()]
        twice = sorted({id for id in ids if ids.count(id) > 1})
        if twice:
            raise Mistake(
                Words(
                    zh=f"{'、'.join(twice)}：一个 id 只能用于一个节点",
                    en=f"{', '.join(twice)}: an id names one node only",
                )
            )
        for gate in self.gates:
            if gate.node not in ids:
                raise Mistake(_say_no_node(gate.node, ids), "gates")
        return self

    def walk(self) -> Iterator[Node]:
        """All nodes, parents first."""
        for node in self.nodes:
            yield from node.walk()

    @cached_property
    def leaves(self) -> Mapping[str, Node]:
        """The indicators that are measured, by id, in the order of the file."""
        return {node.id: node for node in self.walk() if node.measure is not None}

    @cached_property
    def ways(self) -> Mapping[str, tuple[Node, ...]]:
        """By id the nodes from a capability down to it, itself the last; parents first."""
        ways: dict[str, tuple[Node, ...]] = {}
        for top in self.nodes:
            ways[top.id] = (top,)
            for node in top.walk():
                ways |= {child.id: (*ways[node.id], child) for child in node.children}
        return ways

    def share(self, id: str) -> float:
        """What a node counts in the whole index, 0 to 1, while all is measured."""
        return math.prod(node.weight for node in self.ways[id])


def load_tree(path: Path = INDICATORS, *, root: Path | None = None) -> Tree:
    """Reads a tree of indicators.

    Args:
        path: of the file.
        root: of the project; messages name the file relative to it.

    Raises:
        InvalidFile: with all mistakes of the file, `path:line:col` each.
    """
    return load_as(Tree, path, root=path.parent if root is None else root).value


def _say_no_node(node: str, ids: Iterable[str]) -> Words:
    nodes = listed(ids)
    return Words(
        zh=f"没有名为 {node} 的节点；有 {nodes.zh}",
        en=f"no node is called {node}; there are {nodes.en}",
    )


def _check_weights(whose: Words, nodes: tuple[Node, ...]) -> None:
    total = math.fsum(node.weight for node in nodes)
    if nodes and abs(total - 1) > SUM_TOLERANCE:
        raise Mistake(
            Words(
                zh=f"{whose.zh}的权重加起来应为 1，现在是 {total:g}",
                en=f"the weights under {whose.en} must sum to 1, not {total:g}",
            )
        )
