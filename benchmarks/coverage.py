"""How often the 95 % intervals contain the truth: Apps whose truth was planted, many times over.

What is to be found is the mean over the *population* of tasks from which an App's were drawn:
each replication draws tasks anew. The completion of one task is held to that task's own rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from scipy.stats import binomtest

from benchmarks.synthetic import (
    ATTEMPTS,
    TASKS,
    Task,
    Truth,
    attempt_rows,
    observe,
    panel,
    plant,
    step_rows,
)
from scoring.index import AppIndex, Indexes, index_each
from scoring.leaves import Audited, Weights, sample_of, score_leaves
from scoring.measures import completion_rate
from scoring.rollup import roll_up
from scoring.tree import Tree, load_tree
from scoring.values import attempt_values

REPLICATIONS = 400
DRAWS = 1000
POPULATION = 500
"""Times 40 tasks, each attempted `MANY` times: the population, near enough."""
MANY = 20
SHARE = 0.8
NODES = ("A1.1", "A1.2", "B1.1", "B2.1", "B3.1", "B4.1", "C1.1", "D1.1", "D2.1", "D2.2", "D5.1")
INDEX = "index"
RATES = (0.5, 0.8, 0.9, 0.95, 0.99)
SEED = 95


@dataclass(frozen=True)
class Covered:
    """How often intervals contained the truth.

    Attributes:
        hits: those that did.
        tries: of so many.
        width: of the middle one.
        tasks: that the number rests on.
    """

    hits: int
    tries: int
    width: float
    tasks: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.hits / self.tries


def measure() -> None:
    """Prints the coverage of completion rates, indicators and the index."""
    console = Console()
    table = _table("Adjusted Wald: completion of one task", "truth")
    for rate in RATES:
        for attempts in (5, 10, 20):
            table.add_row(f"{rate:.0%}, n = {attempts}", *_cells(of_completion(rate, attempts)))
    console.print(table)
    for tasks, attempts in ((40, 10), (40, 3), (120, 10)):
        title = f"Indicators and the index: {tasks} tasks, {attempts} attempts each"
        table = _table(title, "node")
        for name, covered in of_nodes(REPLICATIONS, tasks // TASKS, attempts).items():
            table.add_row(f"{name} ({covered.tasks} tasks)", *_cells(covered))
        console.print(table)


def _table(title: str, first: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in (first, "intervals with the truth", "95 % of that", "median width"):
        table.add_column(heading)
    return table


def _cells(covered: Covered) -> tuple[str, str, str]:
    ends = binomtest(covered.hits, covered.tries).proportion_ci(method="wilson")
    return (f"{covered.share:.1%}", f"{ends.low:.1%} to {ends.high:.1%}", f"{covered.width:.3g}")


def of_completion(rate: float, attempts: int, replications: int = 10_000) -> Covered:
    """Of a task that is truly completed at this rate."""
    counts = np.random.default_rng(SEED).binomial(attempts, rate, replications)
    found = {int(count): completion_rate(int(count), attempts) for count in np.unique(counts)}
    ends = {
        count: (each.low, each.high)
        for count, each in found.items()
        if each is not None and each.low is not None and each.high is not None
    }
    hits = sum(ends[int(count)][0] <= rate <= ends[int(count)][1] for count in counts)
    width = float(np.median([ends[int(count)][1] - ends[int(count)][0] for count in counts]))
    return Covered(hits, replications, width, 1)


def of_nodes(
    replications: int, times: int = 1, attempts: int = ATTEMPTS, population_times: int = POPULATION
) -> Mapping[str, Covered]:
    """Of indicators and the index: Apps that differ in the tasks that were drawn alone."""
    # A gate is a fact of the attempts made: no interval speaks of it.
    tree, tasks = load_tree().model_copy(update={"gates": ()}), panel(times)
    truths = population(tree, population_times)
    found = replicate(tree, tasks, attempts, replications)
    counts = _tasks_behind(tree, tasks)
    return {name: _covered(found, name, truth, counts[name]) for name, truth in truths.items()}


def replicate(tree: Tree, tasks: Sequence[Task], attempts: int, replications: int) -> Indexes:
    """One App for each replication, its tasks drawn anew."""
    items = _audits(tree)
    audits = {(_name(number), True): items for number in range(replications)}
    return index_each(tree, _apps(tasks, attempts, replications), audits, draws=DRAWS)


def _apps(
    tasks: Sequence[Task], attempts: int, replications: int
) -> Iterator[tuple[tuple[str, bool], pd.DataFrame]]:
    for number in range(replications):
        generator = np.random.default_rng([SEED, number])
        truth = plant(len(tasks), generator)
        yield (_name(number), True), _values(_name(number), tasks, truth, generator, attempts)


def _values(
    app: str, tasks: Sequence[Task], truth: Truth, generator: np.random.Generator, attempts: int
) -> pd.DataFrame:
    seen = observe(app, truth, generator, attempts)
    return attempt_values(attempt_rows(tasks, seen), step_rows(tasks, seen))


def population(tree: Tree, times: int, attempts: int = MANY) -> Mapping[str, float]:
    """The true score of each node of `NODES`, and of the index."""
    generator = np.random.default_rng([SEED, 1, 1])
    tasks = panel(times)
    values = _values("all", tasks, plant(len(tasks), generator), generator, attempts)
    sample = sample_of(values, _audits(tree))
    rolled = roll_up(tree, score_leaves(tree, sample, Weights.even(sample.shape)))
    return {name: float(rolled.nodes[name][0]) for name in NODES} | {INDEX: float(rolled.index[0])}


def _covered(found: Indexes, name: str, truth: float, tasks: int) -> Covered:
    ends = [_ends(app, name) for app in found.apps]
    hits = sum(low <= truth <= high for low, high in ends)
    return Covered(hits, len(ends), float(np.median([high - low for low, high in ends])), tasks)


def _ends(app: AppIndex, name: str) -> tuple[float, float]:
    nodes = {node.id: node.score for node in app.nodes} | {INDEX: app.index}
    found = nodes[name]
    if found is None or found.low is None or found.high is None:
        raise ValueError(f"{app.app}: {name} has no interval")
    return found.low, found.high


def _tasks_behind(tree: Tree, tasks: Sequence[Task]) -> Mapping[str, int]:
    counts = {
        id: sum(
            leaf.tasks.kind in (None, task.kind) and leaf.tasks.tag in (None, task.tag)
            for task in tasks
        )
        for id, leaf in tree.leaves.items()
    }
    return counts | {INDEX: len(tasks)}


def _audits(tree: Tree) -> Mapping[str, Audited]:
    return {leaf.item: Audited(SHARE, 100) for leaf in tree.leaves.values() if leaf.item}


def _name(number: int) -> str:
    return f"app_{number:05d}"
