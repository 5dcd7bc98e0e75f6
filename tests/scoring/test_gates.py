from __future__ import annotations

import pytest

from scoring.estimate import Estimate
from scoring.gates import broken_gates


def index(value: float) -> Estimate:
    return Estimate(value=value, low=value - 3, high=value + 2, n=40, method="")


@pytest.mark.parametrize("value", [70, 80])
def test_an_index_that_reaches_the_gate_passes(value: float) -> None:
    assert broken_gates(index(value), min_index=70) == ()


def test_an_index_below_the_gate_is_named_with_its_interval_and_n() -> None:
    assert broken_gates(index(69.94), min_index=70) == (
        "the index 69.9 [66.9–71.9] (n=40) is below 70",
    )


def test_a_drop_within_what_is_allowed_passes_and_a_rise_always() -> None:
    assert broken_gates(index(78), before=index(80), max_drop=2) == ()
    assert broken_gates(index(90), before=index(80), max_drop=0) == ()


def test_a_drop_beyond_what_is_allowed_names_both() -> None:
    (sentence,) = broken_gates(index(77), before=index(80), max_drop=2)
    assert sentence == (
        "the index dropped by 3.0, more than 2: "
        "from 80.0 [77.0–82.0] (n=40) to 77.0 [74.0–79.0] (n=40)"
    )


def test_what_was_not_measured_passes_no_gate() -> None:
    assert len(broken_gates(None, min_index=0)) == 1
    assert "second" in broken_gates(None, before=index(80), max_drop=5)[0]
    assert "first" in broken_gates(index(80), before=None, max_drop=5)[0]


def test_both_gates_are_told_and_without_gates_nothing_is() -> None:
    assert len(broken_gates(index(50), min_index=60, before=index(80), max_drop=5)) == 2
    assert broken_gates(None) == ()
