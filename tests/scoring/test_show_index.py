"""The index as it is shown: side by side, with what is unsure and what was left out."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from scoring.estimate import Estimate
from scoring.index import Indexes, index_apps
from scoring.show_index import say_score, show
from scoring.tree import load_tree
from tests.scoring import golden
from tests.scoring.samples import attempts, frame
from tests.scoring.test_index import KINDS, app, indexes

NEVER = [row for row in app("held", [1, 1]) if row["scenario"] != "apply"]
NEVER += attempts("held", {"apply": [0, 0]}, **KINDS["apply"])
PARTLY = attempts("partly_seen", {"apply": [1, 0]}, **KINDS["apply"])
SAMPLES = {
    "index_of_one": indexes(app("sample_city", [1, 1, 0])),
    "index_of_three": indexes(
        app("best", [1, 1, 1, 1, 1]), app("alike", [1, 1, 1, 0, 1]), app("worst", [0, 0, 0, 0, 1])
    ),
    "index_of_four": indexes(*(app(f"app_{n}", [1] * n + [0]) for n in range(1, 5))),
    "index_of_many": indexes(*(app(f"app_{n}", [1] * n + [0]) for n in range(1, 12))),
    "index_held": indexes(NEVER),
    "index_partly": index_apps(load_tree(), frame([*PARTLY, *app("whole", [1])]), draws=50),
    "index_of_none": index_apps(load_tree(), frame(PARTLY).iloc[:0], draws=50),
}


def printed(found: Indexes, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    show(found, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_index_looks_as_it_was_last_read_by_a_person(name: str, width: int) -> None:
    text = printed(SAMPLES[name], width)
    golden.check(f"{name}.{width}.txt", text)
    assert max(Text(line).cell_len for line in text.splitlines()) <= width


def test_words_from_a_file_are_no_markup() -> None:
    assert "[red]x" in printed(indexes(app("[red]x", [1])), 80)


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (None, "未测 not measured"),
        (Estimate(value=77.08, low=70.21, high=84.26, n=9, method=""), "77.1 [70.2–84.3]"),
        (Estimate(value=100, low=None, high=None, n=1, method=""), "100"),
    ],
)
def test_a_score_is_said_with_its_interval(score: Estimate | None, said: str) -> None:
    assert say_score(score) == said
