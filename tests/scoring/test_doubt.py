"""What other weights would change, as it is said, printed and drawn."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from harness.errors import UsageError
from harness.model import Outcome
from scoring.__main__ import app as command
from scoring.doubt import Doubts, doubt
from scoring.estimate import Estimate
from scoring.frame import step_frame
from scoring.illustrate import funnel_steps
from scoring.index import index_apps
from scoring.leaves import Audited
from scoring.show_doubt import show
from scoring.tree import load_tree
from scoring.weights import Judgement, Pairwise, PairwiseGroup
from tests.scoring import golden
from tests.scoring.records import attempt, attempts, step, write
from tests.scoring.records import run as run_of
from tests.scoring.samples import Row, frame
from tests.scoring.test_index import TREE, indexes
from tests.scoring.test_index import app as app_rows

TREE_OF_TWO = """
id: two
title: {zh: 两项}
weights: assumed
coverage: {capability: 0, index: 0, mark: assumed}
bands: {name: {zh: 级}, mark: assumed, levels: [{from: 0, name: {zh: 低}}]}
nodes:
  - {id: A, weight: 0.6, title: {zh: 完成率}, measure: completion}
  - {id: B, weight: 0.4, title: {zh: 稳定}, measure: without_crash}
"""
COMPLETED, CRASHED, LOST = Outcome.COMPLETED, Outcome.CRASHED, Outcome.NOT_FOUND


def doubts(*apps: Sequence[Row], pairwise: Pairwise | None = None) -> Doubts:
    return doubt(TREE, indexes(*apps, draws=100), pairwise, draws=60)


TWO = (app_rows("a", [1, 1, 1]), app_rows("b", [1, 0, 1]))


def test_each_way_to_weigh_has_its_index_and_says_whether_the_order_holds() -> None:
    found = doubts(*TWO)
    assert [method.method for method in found.methods] == ["fixed", "equal"]
    fixed = found.methods[0]
    assert fixed.same_order
    assert fixed.order == ("a (simulated)", "b (simulated)")
    assert found.sampled[1] is not None
    assert fixed.index[1] == pytest.approx(found.sampled[1].value)
    assert {method.mark for method in found.methods} == {"assumed"}


def test_entropy_is_refused_in_words_where_there_are_few_apps() -> None:
    assert "10 Apps or more, not 2" in doubts(*TWO).refused[0]


def test_ten_apps_have_entropy_weights_and_groups_that_keep_theirs_are_named() -> None:
    many = [app_rows(f"a{n}", [1] * n + [0] * (10 - n)) for n in range(1, 11)]
    found = doubts(*many)
    assert [method.method for method in found.methods] == ["fixed", "equal", "entropy"]
    assert found.refused[0].startswith("entropy: ")


def test_judgements_in_pairs_are_one_of_the_ways_with_their_consistency() -> None:
    group = PairwiseGroup(parent="B1", judgements=(Judgement(more="B1.1", less="B1.2", by=3),))
    found = doubts(*TWO, pairwise=Pairwise(groups=(group,)))
    method = next(each for each in found.methods if each.method == "pairwise")
    assert method.weights["B1"] == pytest.approx({"B1.1": 0.75, "B1.2": 0.25})
    assert found.consistency[0].ratio == 0


def test_no_app_is_nothing_to_weigh() -> None:
    with pytest.raises(UsageError, match="nothing to weigh"):
        doubt(load_tree(), indexes(*TWO).model_copy(update={"apps": ()}))


def call(name: str, *arguments: object) -> Result:
    return CliRunner().invoke(command, [name, *map(str, arguments)], env={"COLUMNS": "100"})


@pytest.fixture
def run(tmp_path: Path) -> tuple[Path, Path]:
    """A run of two Apps that are good at different things, and a tree of these two."""
    tree = tmp_path / "tree.yaml"
    tree.write_text(TREE_OF_TWO, encoding="utf-8")
    made = (
        *attempts({COMPLETED: 7, CRASHED: 3}),
        *attempts({COMPLETED: 6, LOST: 4}, app="other_city"),
    )
    return write(tmp_path, *made), tree


def test_ways_swings_and_places_are_printed() -> None:
    """The intervals of the sample are others' matter, so they are given here."""
    found = doubts(*TWO)
    sampled = tuple(
        Estimate(value=value, low=low, high=high, n=18, method="test")
        for value, low, high in ((100.0, 88.2, 100.0), (90.1, 82.3, 95.4))
    )
    given = found.model_copy(update={"sampled": sampled, "sampled_places": ((1, 2), (1, 2))})
    golden.check("weights.txt", printed(given))


def printed(found: Doubts) -> str:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    show(found, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_command_prints_the_apps_by_their_places(run: tuple[Path, Path]) -> None:
    directory, tree = run
    said = call("weights", directory, "--indicators", tree).stdout
    assert "76.0" in said
    assert said.index("1       other_city") < said.index("2       sample_city")


def test_the_command_gives_json_with_seed_and_number_of_draws(run: tuple[Path, Path]) -> None:
    directory, tree = run
    printed = call("weights", directory, "--indicators", tree, "--json", "--any").stdout
    found = Doubts.model_validate_json(printed)
    assert (found.stability.draws, found.stability.concentration) == (1000, None)
    assert found.stability.same_order is not None
    assert 0 < found.stability.same_order < 1
    assert json.loads(printed)["notes"]


def test_a_file_of_judgements_with_mistakes_is_the_readers_to_mend(
    run: tuple[Path, Path], tmp_path: Path
) -> None:
    directory, tree = run
    pairs = tmp_path / "pairs.yaml"
    pairs.write_text(
        "groups:\n  - judgements:\n      - {more: A, less: Z, by: 3}\n", encoding="utf-8"
    )
    result = call("weights", directory, "--indicators", tree, "--pairwise", pairs)
    assert result.exit_code == 2
    assert "index is made of A, B, not of A, Z" in result.stderr


def test_charts_are_written_as_svg_and_png(run: tuple[Path, Path], tmp_path: Path) -> None:
    directory, tree = run
    result = call("charts", directory, "--indicators", tree, "--to", tmp_path / "charts")
    assert result.exit_code == 0, result.output
    written = {path.name for path in (tmp_path / "charts").iterdir()}
    names = {
        "index", "completion", "places",
        "tornado_sample_city_simulated", "tornado_other_city_simulated",
        "funnel_sample_city_simulated_find_service", "funnel_other_city_simulated_find_service",
    }  # fmt: skip
    assert written == {f"{name}.{ending}" for name in names for ending in ("svg", "png")}
    funnel = (tmp_path / "charts" / "funnel_other_city_simulated_find_service.svg").read_text(
        "utf-8"
    )
    assert "<!-- 完成 completed -->" in funnel
    assert "<!-- 6/10  60 % -->" in funnel
    heat = (tmp_path / "charts" / "completion.svg").read_text(encoding="utf-8")
    assert "<!-- 70 %  n=10 -->" in heat


def test_who_is_past_a_step_is_past_what_need_not_be_done_before_it() -> None:
    """Step 2.1 is done only where an advert is there; the goal, which has no number, is last."""
    goal = step("11").model_copy(update={"path": "goal"})
    long = [*(step(path) for path in ("1", "2", "2.1", "3", "10")), goal]
    short = [step("1"), step("2", status="not_taken"), step("3"), step("10", status="failed")]
    made = run_of(attempt(steps=tuple(long)), attempt(LOST, repetition=2, steps=tuple(short)))
    frame = step_frame([made])
    assert [(each.label.split()[0], each.passed) for each in funnel_steps(frame)] == [
        ("1", 2),
        ("2.1", 2),
        ("3", 2),
        ("10", 1),
        ("目标", 1),
    ]


def test_where_charts_cannot_be_written_it_is_said(run: tuple[Path, Path], tmp_path: Path) -> None:
    directory, tree = run
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    result = call("charts", directory, "--indicators", tree, "--to", tmp_path / "taken")
    assert result.exit_code == 3
    assert "choose another place with --to" in result.stderr


def test_an_app_whose_index_was_not_measured_is_printed_without_a_place() -> None:
    bare = app_rows("c", [1])[:1]
    found = doubt(TREE, indexes(TWO[0], bare, draws=50), draws=20)
    assert "index not measured: c (simulated)" in printed(found)


def test_what_is_measured_just_well_enough_is_so_under_all_weights() -> None:
    """With E unmeasured the covered weight is 90 %: of many a drawn tree it is under 80 %."""
    rows = [row for each in TWO for row in each]
    items = {leaf.item for leaf in TREE.leaves.values() if leaf.item and leaf.id[0] != "E"}
    found = {(app, True): dict.fromkeys(items, Audited(1.0, 20)) for app in ("a", "b")}
    measured = index_apps(TREE, frame(rows), found, draws=100)
    assert measured.apps[0].covered == pytest.approx(0.9)
    drawn = doubt(TREE, measured, draws=60, concentration=None)
    assert drawn.stability.left_out == ()
    assert len(drawn.stability.apps) == 2
    assert drawn.methods[1].index[0] is not None
