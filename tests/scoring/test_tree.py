from __future__ import annotations

from pathlib import Path

import pytest

from harness.problem import InvalidFile
from scoring.tree import INDICATORS, Tree, load_tree

SMALL = """\
id: small
title: {zh: 小树}
weights: assumed
coverage: {capability: 0.6, index: 0.8, mark: assumed}
bands: {name: {zh: 等级}, mark: assumed, levels: [{from: 0, name: {zh: 有}}]}
nodes:
  - {id: A, weight: 0.4, title: {zh: 甲}, measure: completion}
  - id: B
    weight: 0.6
    title: {zh: 乙}
    children:
      - {id: B1, weight: 1.0, title: {zh: 丙}, measure: response}
"""


def load(tmp_path: Path, text: str) -> Tree:
    path = tmp_path / "tree.yaml"
    path.write_text(text, encoding="utf-8")
    return load_tree(path)


def test_our_own_tree_can_be_read_and_every_weight_of_it_is_marked() -> None:
    tree = load_tree()
    assert [node.id for node in tree.nodes] == ["A", "B", "C", "D", "E"]
    assert len(tree.leaves) == 27
    assert tree.weights == "assumed"
    assert INDICATORS.name == "indicators.yaml"


def test_a_tree_of_ones_own_can_be_given(tmp_path: Path) -> None:
    assert list(load(tmp_path, SMALL).leaves) == ["A", "B1"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weight: 0.4", "weight: 0.5", "must sum to 1, not 1.1"),
        ("weight: 1.0", "weight: 0.9", "the weights under B must sum to 1, not 0.9"),
        ("measure: completion", "measure: completeness", "Words are: completion, "),
        ("measure: completion", "tasks: {kind: information}", "either a measure or children"),
        ("id: B1", "id: A", "an id names one node only"),
        ("id: small", "id: small\ngates: [{node: Z, at_most: 5, when: inducing_in_elder_mode, "
         "mark: assumed, title: {zh: 门}}]", "no node is called Z"),
        ("from: 0", "from: 10", "the last is from: 0"),
        ("weight: 0.4", "weight: -0.4", "weight"),
        ("weights: assumed", "weights: guessed", "assumed"),
        ("weights: assumed", "weights: assumed\nwieghts: assumed", "wieghts"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_tree_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(InvalidFile) as error:
        load(tmp_path, SMALL.replace(old, new))
    first = str(error.value).splitlines()[0]
    assert said in str(error.value)
    assert first.startswith("tree.yaml:")


def test_a_node_knows_its_way_up_and_what_it_counts_in_the_whole() -> None:
    tree = load_tree()
    assert [node.id for node in tree.ways["B2.1"]] == ["B", "B2", "B2.1"]
    assert tree.share("B2.1") == pytest.approx(0.35 * 0.40 * 0.7)
    assert sum(map(tree.share, tree.leaves)) == pytest.approx(1)
