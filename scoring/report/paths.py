"""Screens that an attempt went through, as a graph to look at, beside the shortest path. Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len

from harness.model import Words
from scoring.frame import activities_passed
from scoring.report.view import AttemptView
from scoring.values import Floats, lostness

CELL_PX = 8
"""Of a label, a Chinese letter taking two."""
APART_PX = 56
HEIGHT_PX = 34
PADDING_PX = 12
ARC_PX = 64
"""Above and below the screens, where a line leads further than to the next."""
EDGE_PX = 6
RISE_PX = 22


@dataclass(frozen=True)
class Screen:
    """A screen's place in the graph; its `y` and height are those of all."""

    label: str
    x: int
    y: int
    width: int

    @property
    def middle(self) -> float:
        """Where lines meet it."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class Edge:
    """That one screen led to another, once or more."""

    line: str
    """An SVG path."""
    back: bool
    count: int
    x: float
    y: float
    """Where the count is written."""


@dataclass(frozen=True)
class Path:
    """One attempt's way through an App."""

    name: Words
    fewest: int
    passed: int
    distinct: int
    lostness: float | None
    """None: it was not completed, so that there is no saying."""
    nodes: tuple[Screen, ...]
    edges: tuple[Edge, ...]
    width: int
    height: int


def draw_path(attempt: AttemptView) -> Path | None:
    """The graph of an attempt's screens; None where fewer than two were seen."""
    passed = activities_passed(attempt.record.steps)
    distinct = tuple(dict.fromkeys(passed))
    if len(distinct) < 2:
        return None
    straight = passed == distinct
    margin = EDGE_PX if straight else ARC_PX
    nodes = _place(distinct, margin)
    places = {node.label: node for node in nodes}
    steps = Counter(itertools.pairwise(passed))
    edges = tuple(_edge(places[start], places[end], count) for (start, end), count in steps.items())
    fewest = attempt.task.reference.screens
    lost = float(lostness(*map(_array, (len(passed), len(distinct), fewest)))[0])
    return Path(
        name=attempt.app.name,
        fewest=fewest,
        passed=len(passed),
        distinct=len(distinct),
        lostness=lost if attempt.outcome.completed else None,
        nodes=nodes,
        edges=edges,
        width=nodes[-1].x + nodes[-1].width + PADDING_PX,
        height=2 * margin + HEIGHT_PX,
    )


def _array(number: int) -> Floats:
    return np.array([float(number)])


def _place(labels: Sequence[str], top: int) -> tuple[Screen, ...]:
    left, nodes = PADDING_PX, []
    for label in labels:
        node = Screen(label, left, top, 2 * PADDING_PX + CELL_PX * cell_len(label))
        nodes.append(node)
        left += node.width + APART_PX
    return tuple(nodes)


def _edge(start: Screen, end: Screen, count: int) -> Edge:
    """To the next screen a straight line, further on an arc above, back an arc below."""
    middle = (start.middle + end.middle) / 2
    if 0 < end.x - start.x - start.width <= APART_PX:
        level = start.y + HEIGHT_PX / 2
        line = f"M{start.x + start.width} {level}L{end.x - 2} {level}"
        return Edge(line, back=False, count=count, x=middle, y=level - 6)
    back = end.x < start.x
    away = min(ARC_PX - EDGE_PX, RISE_PX + abs(end.middle - start.middle) / 10)
    level = start.y + HEIGHT_PX if back else start.y
    bend = level + away if back else level - away
    # The top of such a curve is halfway to the point that bends it.
    line = f"M{start.middle} {level}Q{middle} {2 * bend - level} {end.middle} {level}"
    return Edge(line, back, count, middle, bend - 4 if back else bend + 14)
