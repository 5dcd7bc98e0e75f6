"""Other weights for a tree: the ways to find them, and what they change."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.problem import InvalidFile
from scoring.tree import Tree, load_tree
from scoring.weights import (
    ROOT,
    AppScores,
    Judgement,
    Pairwise,
    PairwiseGroup,
    entropy_weights,
    equal_weights,
    judge,
    load_pairwise,
    pairwise_weights,
    reweigh,
    sensitivity,
    stability,
    weighing_of,
)

TREE = load_tree()
EXAMPLE = Path("scoring/pairwise.example.yaml")


def scored(*apps: float | dict[str, float]) -> AppScores:
    """Apps that score the same on every indicator, but for those that are given."""
    leaves = {
        id: np.array(
            [app if isinstance(app, float | int) else app.get(id, 70.0) for app in apps]
        ).astype(float)
        for id in TREE.leaves
    }
    return AppScores(tuple(f"app{n}" for n in range(1, len(apps) + 1)), leaves, {})


def under(capability: str, high: float, other: float = 70.0) -> dict[str, float]:
    """An App that is better or worse in one capability."""
    return {id: high if id.startswith(capability) else other for id in TREE.leaves}


def every_group_sums_to_one(tree: Tree) -> bool:
    return all(abs(sum(group.values()) - 1) < 1e-9 for group in weighing_of(tree).values())


# --- trees ---------------------------------------------------------------------------------------


def test_equal_weights_are_equal_among_siblings_and_marked_as_assumed() -> None:
    tree = equal_weights(TREE)
    assert every_group_sums_to_one(tree)
    assert weighing_of(tree)[ROOT] == dict.fromkeys("ABCDE", 0.2)
    assert tree.weights == "assumed"
    assert tree.id == "zhangce_2026 (equal)"


def test_the_leaves_of_a_tree_with_other_weights_have_them_too() -> None:
    assert TREE.leaves["D3.1"].weight == 0.25
    assert equal_weights(TREE).leaves["D3.1"].weight == 0.2


def test_other_weights_count_where_the_tree_is_rolled_up() -> None:
    scores = scored(under("B", 100, 0))
    assert scores.under(TREE).index == pytest.approx([35.0])
    assert scores.under(equal_weights(TREE)).index == pytest.approx([20.0])


@pytest.mark.parametrize(
    ("weighing", "said"),
    [
        ({"Z": {"A": 1.0}}, "nothing is weighed into it"),
        ({"B1": {"B1.1": 1.0}}, "B1 is made of B1.1, B1.2, not of B1.1"),
        ({"B1": {"B1.1": 0.5, "B1.2": 0.6}}, "sum to 1"),
        ({"B1": {"B1.1": 1.5, "B1.2": -0.5}}, "0 or more"),
    ],
)
def test_weights_that_fit_no_group_are_refused(
    weighing: dict[str, dict[str, float]], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        reweigh(TREE, weighing, "test")


# --- by pairs ------------------------------------------------------------------------------------


def pairs(*judgements: tuple[str, str, float], parent: str = ROOT) -> PairwiseGroup:
    return PairwiseGroup(
        parent=parent,
        judgements=tuple(Judgement(more=more, less=less, by=by) for more, less, by in judgements),
    )


def test_the_textbook_case_of_three_fruits() -> None:
    """Teknomo, AHP tutorial: 0.2790, 0.6491, 0.0719; eigenvalue 3.0649; ratio 5.6 %."""
    found = judge(pairs(("B", "A", 3), ("A", "C", 5), ("B", "C", 7)))
    assert found.weights == pytest.approx({"A": 0.2790, "B": 0.6491, "C": 0.0719}, abs=5e-5)
    assert found.eigenvalue == pytest.approx(3.0649, abs=5e-5)
    assert found.ratio == pytest.approx(0.056, abs=5e-4)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([1.0, 1.5, 2.0, 3.0]), min_size=2, max_size=6))
def test_judgements_without_contradiction_give_back_the_weights_they_come_from(
    weights: list[float],
) -> None:
    names = [f"A{number}" for number in range(len(weights))]
    given_weights = dict(zip(names, weights, strict=True))
    judged = []
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            less, more = sorted((one, other), key=lambda name: given_weights[name])
            judged.append((more, less, given_weights[more] / given_weights[less]))
    found = judge(pairs(*judged))
    assert found.ratio == pytest.approx(0, abs=1e-9)
    expected = {name: weight / sum(weights) for name, weight in given_weights.items()}
    assert found.weights == pytest.approx(expected)


def test_pairs_reweigh_their_group_and_no_other() -> None:
    group = pairs(("A1", "A2", 2), ("A1", "A3", 4), ("A2", "A3", 2), parent="A")
    tree, (found,) = pairwise_weights(TREE, Pairwise(groups=(group,)))
    changed = weighing_of(tree)
    assert changed["A"] == pytest.approx({"A1": 4 / 7, "A2": 2 / 7, "A3": 1 / 7})
    assert found.ratio == pytest.approx(0, abs=1e-9)
    assert {**changed, "A": {}} == {**weighing_of(TREE), "A": {}}


def test_judgements_that_contradict_each_other_are_refused_with_the_worst_three() -> None:
    group = pairs(("A1", "A2", 5), ("A2", "A3", 5), ("A3", "A1", 5), parent="A")
    with pytest.raises(UsageError, match=r"A: .* ratio \d\.\d\d over 0\.10; most of all A\d"):
        pairwise_weights(TREE, Pairwise(groups=(group,)))


def test_the_worst_three_are_those_that_contradict_each_other() -> None:
    fine = [("A", "B", 2), ("A", "C", 4), ("B", "C", 2)]
    found = judge(pairs(*fine, ("A", "D", 1), ("B", "D", 1), ("D", "C", 9)))
    assert found.worst is not None
    assert "D" in found.worst
    assert judge(pairs(("A", "B", 3))).worst is None


def test_a_file_of_pairs_is_read_and_its_mistakes_are_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "pairs.yaml"
    path.write_text(
        "groups:\n  - parent: B1\n    judgements:\n      - {more: B1.1, less: B1.2, by: 3}\n",
        encoding="utf-8",
    )
    tree, _ = pairwise_weights(TREE, load_pairwise(path))
    assert weighing_of(tree)["B1"] == pytest.approx({"B1.1": 0.75, "B1.2": 0.25})
    path.write_text(
        "groups:\n  - judgements:\n      - {more: A, less: B, by: 12}\n", encoding="utf-8"
    )
    with pytest.raises(InvalidFile, match=r"pairs\.yaml:3:\d+: .*by"):
        load_pairwise(path)


def test_the_example_of_judgements_can_be_used_as_it_is() -> None:
    tree, (found,) = pairwise_weights(TREE, load_pairwise(EXAMPLE))
    assert found.ratio < 0.10
    assert every_group_sums_to_one(tree)
    assert "虚构" in EXAMPLE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        ([("A", "B", 2), ("A", "C", 2)], "not judged: B and C"),
        ([("A", "B", 2), ("B", "A", 2)], "judged twice"),
        ([("A", "A", 2)], "against itself"),
    ],
)
def test_pairs_that_are_missing_or_double_are_refused(
    judged: list[tuple[str, str, float]], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        pairs(*judged)


# --- by entropy ----------------------------------------------------------------------------------


def test_entropy_weighs_what_tells_apps_apart_and_nothing_else() -> None:
    apps = [{"B1.1": 40.0 + 5 * n} for n in range(10)]
    tree, kept = entropy_weights(TREE, scored(*apps))
    assert weighing_of(tree)["B1"] == {"B1.1": 1.0, "B1.2": 0.0}
    assert weighing_of(tree)[ROOT]["B"] == 1.0
    assert "A" in kept
    assert weighing_of(tree)["A"] == weighing_of(TREE)["A"]
    assert every_group_sums_to_one(tree)


def test_entropy_by_hand() -> None:
    """e = -sum p ln p / ln m; w = (1 - e) / sum (1 - e), for two indicators of ten Apps."""
    first = np.arange(1.0, 11.0) * 10
    second = np.array([50.0] * 9 + [95.0])
    apps = [{"B1.1": a, "B1.2": b} for a, b in zip(first, second, strict=True)]
    tree, _ = entropy_weights(TREE, scored(*apps))
    told = []
    for column in (first, second):
        share = column / column.sum()
        told.append(1 + float(np.sum(share * np.log(share))) / np.log(10))
    assert weighing_of(tree)["B1"]["B1.1"] == pytest.approx(told[0] / sum(told))


def test_entropy_is_refused_under_ten_apps() -> None:
    with pytest.raises(UsageError, match="10 Apps or more, not 9"):
        entropy_weights(TREE, scored(*[70.0] * 9))


def test_a_group_of_which_too_few_apps_have_all_scores_keeps_its_weights() -> None:
    apps = [{"B1.1": 40.0 + 5 * n, "B1.2": np.nan if n else 50.0} for n in range(12)]
    tree, kept = entropy_weights(TREE, scored(*apps))
    assert "B1" in kept
    assert weighing_of(tree)["B1"] == weighing_of(TREE)["B1"]


# --- doubt ---------------------------------------------------------------------------------------


def test_a_weight_a_fifth_larger_moves_the_index_by_what_it_is_worth() -> None:
    found = sensitivity(TREE, scored(under("B", 100, 0)))
    assert found.index == pytest.approx((35.0,))
    first = found.swings[0]
    assert first.node == "B"
    assert first.less == pytest.approx((28.0,))
    assert first.more == pytest.approx((42.0,))
    assert first.turns == ()


def test_swings_come_widest_first_and_an_only_child_has_none() -> None:
    found = sensitivity(TREE, scored({**under("B", 95), "A1.1": 10.0}))
    widths = [abs((s.more[0] or 0) - (s.less[0] or 0)) for s in found.swings]
    assert widths == sorted(widths, reverse=True)
    assert "A2.1" not in {swing.node for swing in found.swings}


def test_a_weight_that_changes_places_is_told_with_both_apps() -> None:
    good_at_b, good_at_d = under("B", 80, 70), under("D", 87, 70)
    found = sensitivity(TREE, scored(good_at_b, good_at_d))
    turns = {swing.node: swing.turns for swing in found.swings if swing.turns}
    assert found.index[0] is not None
    assert found.index[1] is not None
    assert found.index[0] > found.index[1]
    assert turns["B"] == turns["D"] == (("app1", "app2"),)
    assert "D3.1" not in turns


def test_an_app_that_is_better_in_all_stays_above_whatever_the_weights() -> None:
    found = stability(TREE, scored(80.0, 60.0), draws=50, concentration=None)
    assert found.same_order == 1
    assert [(app.app, app.places) for app in found.apps] == [("app1", (1, 1)), ("app2", (2, 2))]
    assert found.turns[0].share == 0


def test_apps_that_are_good_at_different_things_change_places() -> None:
    good_at_b, good_at_d = under("B", 80, 70), under("D", 87, 70)
    found = stability(TREE, scored(good_at_b, good_at_d), draws=200)
    assert 0.3 < found.turns[0].share < 0.7
    assert found.same_order == pytest.approx(1 - found.turns[0].share)
    assert found.apps[0].places == found.apps[1].places == (1, 2)
    assert sum(found.apps[0].shares) == pytest.approx(1)


def test_the_same_seed_draws_the_same_and_names_and_order_change_nothing() -> None:
    apps = [under("B", 80), under("D", 87), under("A", 50)]
    here = stability(TREE, scored(*apps), draws=60)
    assert here == stability(TREE, scored(*apps), draws=60)
    there = stability(TREE, scored(*apps[::-1]), draws=60)
    assert [app.shares for app in here.apps] == [app.shares for app in there.apps]


def test_draws_nearer_to_the_weights_change_less() -> None:
    apps = scored(under("B", 82), under("D", 87))
    shares = [
        stability(TREE, apps, draws=200, concentration=c).turns[0].share for c in (None, 50, 2000)
    ]
    assert all(wider > nearer for wider, nearer in pairwise(shares))


def test_apps_that_score_the_same_share_their_places() -> None:
    found = stability(TREE, scored(70.0, 70.0), draws=30)
    assert [app.place for app in found.apps] == [1, 1]
    assert [app.places for app in found.apps] == [(1, 2), (1, 2)]


def test_an_app_without_an_index_is_named_and_has_no_place() -> None:
    found = stability(TREE, scored(70.0, dict.fromkeys(TREE.leaves, np.nan), 60.0), draws=20)
    assert found.left_out == ("app2",)
    assert [app.app for app in found.apps] == ["app1", "app3"]
    alone = stability(TREE, scored(dict.fromkeys(TREE.leaves, np.nan)), draws=5)
    assert (alone.apps, alone.same_order, alone.turns) == ((), None, ())
