"""The index of Apps: points, intervals, places, and when there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import index as index_module
from scoring.index import AppIndex, Audits, Indexes, index_apps, index_each
from scoring.leaves import Audited
from scoring.tree import load_tree
from tests.scoring.samples import Row, attempts, frame

TREE = load_tree()
ITEMS = {leaf.item for leaf in TREE.leaves.values() if leaf.item}
KINDS: Mapping[str, dict[str, object]] = {
    "find": {"kind": "information", "tags": " search "},
    "apply": {"kind": "transaction", "tags": " form ", "severity": "critical"},
    "query": {"kind": "transaction", "tags": " wrong_input accessibility elder_mode "},
    "ask": {"kind": "participation", "tags": " hotline "},
    "rate": {"kind": "participation", "tags": " rating "},
    "follow": {"kind": "information", "tags": " progress "},
}
"""Tasks that feed all indicators of attempts."""
SIMULATED = True


def app(name: str, completed: Iterable[float]) -> list[Row]:
    """An App of which each task came out so, attempt by attempt."""
    outcomes = tuple(completed)
    return [
        row
        for task, columns in KINDS.items()
        for row in attempts(name, {task: outcomes}, **columns)
    ]


def audited(*apps: str, share: float = 1.0) -> Audits:
    return {(each, SIMULATED): dict.fromkeys(ITEMS, Audited(share, 20)) for each in apps}


def indexes(*apps: Sequence[Row], draws: int = 400) -> Indexes:
    rows = [row for each in apps for row in each]
    names = {str(row["app"]) for row in rows}
    return index_apps(TREE, frame(rows), audited(*names), draws=draws)


def numbers(found: AppIndex) -> dict[str, tuple[float, ...]]:
    """All that is measured of an App, by node."""
    estimates = {node.id: node.score for node in found.nodes} | {"index": found.index}
    return {
        id: (each.value, each.low or 0.0, each.high or 0.0)
        for id, each in estimates.items()
        if each is not None
    }


def test_an_app_of_which_all_is_right_has_the_whole_index() -> None:
    (found,) = indexes(app("a", [1, 1, 1])).apps
    assert found.index is not None
    assert found.index.value == pytest.approx(100)
    assert found.geometric == pytest.approx(100)
    assert found.covered == pytest.approx(1)
    assert found.band is not None
    assert found.band.en == "very high"


def test_without_the_covered_weight_there_is_no_index_and_no_place() -> None:
    rows = attempts("a", {"apply": [1, 1, 0]}, **KINDS["apply"])
    found = index_apps(TREE, frame(rows), draws=50)
    assert found.apps[0].index is None
    assert found.apps[0].band is None
    assert found.ranks == {}
    assert found.comparisons == ()


def test_an_interval_holds_its_point() -> None:
    (found,) = indexes(app("a", [1, 1, 1, 0])).apps
    assert found.index is not None
    assert found.index.low is not None
    assert found.index.high is not None
    assert found.index.low < found.index.value < found.index.high


def width(found: AppIndex) -> float:
    assert found.index is not None
    return (found.index.high or 0) - (found.index.low or 0)


def test_a_critical_task_that_never_completes_holds_the_transaction_capability() -> None:
    rows = [row for row in app("a", [1, 1, 1]) if row["scenario"] != "apply"]
    rows += attempts("a", {"apply": [0, 0, 0]}, **KINDS["apply"])
    (found,) = indexes(rows).apps
    scores = {node.id: node.score for node in found.nodes}
    assert scores["B"] is not None
    assert scores["B"].value == 59
    assert len(found.held) == 1


def test_two_apps_that_differ_clearly_are_told_apart_and_have_places_of_their_own() -> None:
    found = indexes(app("worse", [1, 0, 0, 0, 1, 0]), app("better", [1, 1, 1, 1, 1, 1]))
    assert found.ranks == {"better (simulated)": (1, 1), "worse (simulated)": (2, 2)}
    (pair,) = found.comparisons
    assert pair.first == ("better", SIMULATED)
    assert pair.probability == 1
    assert pair.tells_apart


def test_two_apps_that_came_out_alike_share_their_places() -> None:
    found = indexes(app("one", [1, 1, 1]), app("other", [1, 1, 1]))
    assert found.ranks == {"one (simulated)": (1, 2), "other (simulated)": (1, 2)}
    (pair,) = found.comparisons
    assert pair.probability == 0.5
    assert not pair.tells_apart


def test_what_differs_less_than_chance_does_is_not_told_apart() -> None:
    found = indexes(app("one", [1, 1, 0, 1]), app("other", [1, 0, 1, 1]))
    (pair,) = found.comparisons
    assert not pair.tells_apart
    assert 0.025 < pair.probability < 0.975


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_the_names_of_apps_count(random: object) -> None:
    rows = [*app("a", [1, 1, 0, 1]), *app("b", [0, 1, 1, 1])]
    renamed = [dict(row) | {"app": {"a": "z", "b": "y"}[str(row["app"])]} for row in rows]
    random.shuffle(renamed)  # type: ignore[attr-defined]
    before = {each.app: numbers(each) for each in indexes(rows, draws=100).apps}
    after = {each.app: numbers(each) for each in indexes(renamed, draws=100).apps}
    assert after == {"z": before["a"], "y": before["b"]}


def test_a_plan_made_twice_says_the_same_and_is_surer() -> None:
    once = app("a", [1, 0, 1, 1])
    twice = [*once, *(dict(row) | {"run": "again"} for row in once)]
    (single,), (double,) = indexes(once).apps, indexes(twice).apps
    points = {id: value for id, (value, *_) in numbers(double).items()}
    assert points == pytest.approx({id: value for id, (value, *_) in numbers(single).items()})
    assert width(double) < width(single)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=8),
    st.sampled_from(sorted(KINDS)),
)
def test_one_more_completed_attempt_lowers_nothing(outcomes: list[float], task: str) -> None:
    rows = app("a", outcomes)
    more = attempts("a", {task: [1.0]}, **KINDS[task])
    before = numbers(indexes(rows, draws=2).apps[0])
    after = numbers(
        indexes([*rows, *(dict(row) | {"run": "more"} for row in more)], draws=2).apps[0]
    )
    for id, (value, *_) in before.items():
        assert after[id][0] >= value - 1e-9, id


def test_a_node_names_the_attempts_that_it_rests_on() -> None:
    (found,) = indexes(app("a", [1, 0])).apps
    behind = {node.id: node.attempts for node in found.nodes}
    assert set(behind["C1.1"]) == {"r/ask#0", "r/ask#1"}
    assert set(behind["A1.1"]) == {f"r/{task}#{n}" for task in ("find", "follow") for n in (0, 1)}


def test_the_same_seed_gives_the_same_intervals() -> None:
    rows = app("a", [1, 0, 1])
    assert indexes(rows) == indexes(rows)


def test_apps_that_come_one_by_one_are_scored_as_if_together() -> None:
    one, other = app("a", [1, 0, 1]), app("b", [1, 1, 1])
    coming = (((name, SIMULATED), frame(rows)) for name, rows in (("a", one), ("b", other)))
    assert index_each(TREE, coming, audited("a", "b"), draws=400) == indexes(one, other)


def test_apps_that_other_processes_score_come_out_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    apps = app("a", [1, 0, 1]), app("b", [1, 1, 1]), app("c", [0, 1, 1])
    here = indexes(*apps)
    monkeypatch.setattr(index_module, "FEW", 1)
    assert indexes(*apps) == here


def test_no_number_is_made_of_no_attempts() -> None:
    empty = frame(app("a", [1])).iloc[:0]
    assert index_apps(TREE, empty).apps == ()


def test_two_apps_that_agree_on_most_are_not_drawn_alike() -> None:
    """What both never failed at was tried by each on its own: their doubts do not cancel."""
    quick = app("quick", [1, 1])
    slow = [dict(row) | {"response": 0.9} for row in app("slow", [1, 1])]
    (pair,) = indexes(quick, slow).comparisons
    assert pair.first == ("quick", SIMULATED)
    assert not pair.tells_apart
