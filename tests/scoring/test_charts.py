"""Charts: Chinese shows, the same numbers give the same bytes, what is not measured stays open."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from PIL import Image

from scoring.charts import (
    MOST_CELLS,
    Bar,
    Caption,
    Chart,
    ForestRow,
    FunnelStep,
    PlaceRow,
    Series,
    forest,
    funnel,
    heat_map,
    place_stability,
    radar,
    tornado,
)
from scoring.estimate import Estimate

CAPTION = Caption("政务 App 指数 Index", ("标注“假定”的权重 weights “assumed”; n=40",))
AXES = ("A 信息服务", "B 事务服务", "C 参与服务")


def estimate(value: float, reach: float | None = None) -> Estimate:
    low, high = (None, None) if reach is None else (value - reach, value + reach)
    return Estimate(value=value, low=low, high=high, n=12, method="test")


CHARTS: dict[str, Callable[[], Chart]] = {
    "tornado": lambda: tornado(CAPTION, 77.1, [Bar("B 事务服务", 75, 79), Bar("A 信息", 78, 76)]),
    "places": lambda: place_stability(
        CAPTION, [PlaceRow("甲", (0.9, 0.1)), PlaceRow("乙", (0, 1))]
    ),
    "radar": lambda: radar(CAPTION, AXES, [Series("甲", (70, None, 90)), Series("乙", (9, 0, 1))]),
    "forest": lambda: forest(
        CAPTION,
        [ForestRow("甲", estimate(77, 5)), ForestRow("乙", None), ForestRow("丙", estimate(50), 1)],
        across="指数 index",
    ),
    "heat_map": lambda: heat_map(CAPTION, ["查找"], ["甲", "乙"], [[estimate(0.9, 0.1), None]]),
    "funnel": lambda: funnel(CAPTION, 10, [FunnelStep("1 打开", 10), FunnelStep("2 提交", 4)]),
}


def drawn(chart: Chart) -> str:
    """The SVG, which names each text that it draws as outlines."""
    return chart.svg.decode("utf-8")


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_drawn_twice_without_a_letter_missing(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of letters that no font has
        chart = CHARTS[name]()
    ElementTree.fromstring(chart.svg)
    assert "政务 App 指数 Index" in drawn(chart)
    assert "<!-- 标注“假定”的权重" in drawn(chart)
    with Image.open(io.BytesIO(chart.png)) as picture:
        assert picture.width == 1200
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 10


@pytest.mark.parametrize("name", CHARTS)
def test_the_same_numbers_give_the_same_bytes(name: str) -> None:
    assert CHARTS[name]() == CHARTS[name]()


WIDE = "很宽的名称" * 9


def widest() -> dict[str, Chart]:
    """Charts whose labels are as long as they get."""
    circle = [f"{letter} 评价与创新" for letter in "ABCDE"]
    caption = Caption("很长的标题", ("very long " * 40, "很长" * 90))
    rows = [ForestRow(WIDE, estimate(88.8, 9.9))]
    return {
        "tornado": tornado(caption, 50, [Bar(WIDE, 49, 51)]),
        "places": place_stability(caption, [PlaceRow(WIDE, (1.0,))]),
        "radar": radar(caption, circle, [Series("sample_city_troubled (simulated)", (5,) * 5)]),
        "forest": forest(caption, rows, across="指数"),
        "heat_map": heat_map(caption, [WIDE], ["a", WIDE], [[estimate(0.5), None]]),
        "funnel": funnel(caption, 100, [FunnelStep(WIDE, 100)]),
    }


def test_nothing_runs_over_the_edge_of_a_picture() -> None:
    for name, chart in widest().items():
        with Image.open(io.BytesIO(chart.png)) as picture:
            whole = picture.convert("RGB")
        width, height = whole.size
        for edge in ((0, 0, 4, height), (width - 4, 0, width, height), (0, 0, width, 4)):
            assert whole.crop(edge).getextrema() == ((255, 255),) * 3, f"{name} runs over {edge}"


def test_a_forest_says_each_number_with_its_interval_and_n_or_that_there_is_none() -> None:
    svg = drawn(CHARTS["forest"]())
    for words in ("77.0 [72.0, 82.0]  n=12", "未测得 not measured", "50.0  n=12"):
        assert f"<!-- {words} -->" in svg


def test_a_heat_map_leaves_what_was_not_measured_without_a_number() -> None:
    svg = drawn(CHARTS["heat_map"]())
    assert "<!-- 90 %  n=12 -->" in svg
    assert "<!-- — -->" in svg
    assert "<!-- 0 %" not in svg


def test_a_funnel_says_how_many_of_how_many() -> None:
    assert "<!-- 4/10  40 % -->" in drawn(CHARTS["funnel"]())


def test_an_axis_that_was_not_measured_is_no_nought_in_a_radar() -> None:
    def of(value: float | None) -> bytes:
        return radar(CAPTION, AXES, [Series("甲", (70, value, 90))]).png

    assert of(None) != of(0)


def test_a_long_label_is_cut_and_dollars_are_no_formula() -> None:
    long = "很" * MOST_CELLS
    svg = drawn(tornado(CAPTION, 50, [Bar(long, 49, 51), Bar("$a_b$", 49, 51)]))
    assert long not in svg
    assert f"<!-- {'很' * (MOST_CELLS // 2 - 1)}… -->" in svg
    assert "<!-- $a_b$ -->" in svg


def test_a_long_note_goes_on_in_the_next_line_and_loses_no_word() -> None:
    note = " ".join(["word"] * 60)
    svg = drawn(tornado(Caption("t", (note,)), 50, [Bar("a", 49, 51)]))
    lines = [line for line in svg.splitlines() if line.strip().startswith("<!-- word")]
    assert len(lines) > 1
    assert sum(line.count("word") for line in lines) == 60


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="2 axes"):
        radar(CAPTION, AXES[:2], [])
    with pytest.raises(ValueError, match="passed of 3"):
        funnel(CAPTION, 3, [FunnelStep("1", 4)])
    with pytest.raises(ValueError, match="passed of 0"):
        funnel(CAPTION, 0, [])
