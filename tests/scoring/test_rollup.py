"""The tree's arithmetic, against the worked example of INDICATORS.md."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rollup import Scores, geometric_mean, roll_up, weighted_mean
from scoring.tree import load_tree

TREE = load_tree()
EXAMPLE = {
    "A1.1": 90, "A1.2": 57.5, "A2.1": 80, "A3.1": 70,
    "B1.1": 80, "B1.2": 75, "B2.1": 85, "B2.2": 88, "B3.1": 65.84, "B3.2": 66.6667,
    "B4.1": 80, "B4.2": 50,
    "C1.1": 80, "C2.1": 100, "C3.1": 60,
    "D1.1": 97.5, "D2.1": 80, "D2.2": 75, "D3.1": 82, "D3.2": 70, "D3.3": 64, "D3.4": 100,
    "D3.5": 60, "D4.1": 100, "D5.1": 62.5,
    "E1.1": 72.5, "E2.1": 50,
}  # fmt: skip


def arrays(scores: dict[str, float]) -> dict[str, Scores]:
    return {id: np.array(float(score)) for id, score in scores.items()}


def without(capability: str) -> dict[str, float]:
    return {id: score for id, score in EXAMPLE.items() if id[0] != capability}


def test_the_worked_example_comes_out() -> None:
    rolled = roll_up(TREE, arrays(EXAMPLE))
    capabilities = {"A": 76.500, "B": 76.778, "C": 80.000, "D": 81.690, "E": 65.750}
    assert {id: float(rolled.nodes[id]) for id in capabilities} == pytest.approx(
        capabilities, abs=1e-3
    )
    assert float(rolled.index) == pytest.approx(77.085, abs=1e-3)
    assert float(rolled.geometric) == pytest.approx(76.958, abs=1e-3)
    assert float(rolled.index_covered) == pytest.approx(1)


def test_what_was_not_tested_leaves_and_what_is_absent_stays_as_nought() -> None:
    untested = roll_up(TREE, arrays(without("C")))
    absent = roll_up(TREE, arrays({**EXAMPLE, "C1.1": 0, "C2.1": 0, "C3.1": 0}))
    assert float(untested.index) == pytest.approx(76.571, abs=1e-3)
    assert float(untested.index_covered) == pytest.approx(0.85)
    assert float(absent.index) == pytest.approx(65.085, abs=1e-3)
    assert float(absent.geometric) == 0


def test_a_capability_of_which_too_little_was_measured_has_no_score() -> None:
    few = {id: score for id, score in EXAMPLE.items() if id not in {"A1.1", "A1.2"}}
    rolled = roll_up(TREE, arrays(few))
    assert math.isnan(float(rolled.nodes["A"]))
    assert float(rolled.covered["A"]) == pytest.approx(0.5)
    assert float(rolled.index_covered) == pytest.approx(0.8)
    assert not math.isnan(float(rolled.index))


def test_an_index_of_which_too_little_was_measured_is_not_shown() -> None:
    rolled = roll_up(TREE, arrays(without("B")))
    assert math.isnan(float(rolled.index))
    assert math.isnan(float(rolled.geometric))


def test_a_gate_holds_its_node_whatever_its_children_say() -> None:
    held = roll_up(
        TREE,
        arrays(EXAMPLE),
        {"critical_task_never_completed": np.array(True), "inducing_in_elder_mode": np.array(True)},
    )
    assert float(held.nodes["B"]) == 59
    assert float(held.nodes["D3"]) == 59
    assert float(held.index) < 77.085


def test_a_gate_lifts_nothing() -> None:
    low = dict.fromkeys(EXAMPLE, 10.0)
    held = roll_up(TREE, arrays(low), {"critical_task_never_completed": np.array(True)})
    assert float(held.nodes["B"]) == pytest.approx(10)


def test_many_draws_at_once_are_as_one_by_one() -> None:
    generator = np.random.default_rng(1)
    draws = {id: generator.uniform(0, 100, (3, 4)) for id in EXAMPLE}
    draws["A1.1"][1, 2] = np.nan
    together = roll_up(TREE, draws).index
    for place in np.ndindex(3, 4):
        alone = roll_up(TREE, {id: each[place] for id, each in draws.items()}).index
        assert float(together[place]) == pytest.approx(float(alone), nan_ok=True)


def test_a_score_for_what_is_no_indicator_is_refused() -> None:
    with pytest.raises(KeyError):
        roll_up(TREE, arrays({"Z9": 50}))


scores = st.floats(0, 100)
weights = st.floats(0.01, 1)


@given(st.lists(st.tuples(weights, scores), min_size=1, max_size=6))
def test_means_lie_between_the_lowest_and_the_highest(pairs: list[tuple[float, float]]) -> None:
    share, given_scores = zip(*pairs, strict=True)
    arrays_of = [np.array(each) for each in given_scores]
    mean = float(weighted_mean(share, arrays_of))
    geometric = float(geometric_mean(share, arrays_of))
    assert min(given_scores) - 1e-9 <= mean <= max(given_scores) + 1e-9
    assert geometric <= mean + 1e-6


@given(st.sampled_from(sorted(EXAMPLE)), st.floats(0, 100))
def test_a_better_indicator_never_lowers_the_index(id: str, better: float) -> None:
    before = roll_up(TREE, arrays(EXAMPLE)).index
    after = roll_up(TREE, arrays({**EXAMPLE, id: max(EXAMPLE[id], better)})).index
    assert float(after) >= float(before) - 1e-9
