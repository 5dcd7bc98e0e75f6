"""Channels put together, and tables with mistakes refused line by line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from harness.errors import UsageError
from harness.model import Outcome
from harness.problem import InvalidFile
from scoring.__main__ import app
from scoring.channels import (
    CHANNELS,
    COMPOSITES,
    Channel,
    ChannelTable,
    CityScore,
    CompositeScore,
    parse_channels,
    read_channels,
    rules,
    tabulate,
    with_apps,
)
from scoring.estimate import Estimate
from scoring.homes import parse_home, parse_sigma
from scoring.scorecard import SIMULATED_NOTE
from scoring.show_channels import show
from tests.scoring import golden
from tests.scoring.records import attempts, write

EXAMPLE = Path("scoring/channels.example.csv")
HEADER = "city,level,channel,score,source\n"
ONE_LEAF = """
id: one
title: {zh: 一项}
weights: assumed
coverage: {capability: 0, index: 0, mark: assumed}
bands: {name: {zh: 级}, mark: assumed, levels: [{from: 0, name: {zh: 低}}]}
nodes: [{id: A, weight: 1, title: {zh: 完成率}, measure: completion}]
"""
WORKED = (80, 70, 75, 79, 60)
"""INDICATORS.md: website, microblog, WeChat, App, short video."""


def rows(city: str, *scores: float | None, level: str = "prefecture") -> str:
    return "".join(
        f"{city},{level},{channel},{score},test\n"
        for channel, score in zip(CHANNELS, scores, strict=True)
        if score is not None
    )


def table(*parts: str, **options: object) -> ChannelTable:
    found = parse_channels(HEADER + "".join(parts), "t.csv")
    return tabulate(found, rules(**options))  # type: ignore[arg-type]  # each test says which


def only(found: ChannelTable) -> CityScore:
    (city,) = found.cities
    return city


def value(score: CompositeScore) -> float:
    assert score.score is not None
    return score.score.value


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        parse_channels(text, "t.csv")
    return [str(problem) for problem in caught.value.problems]


def test_the_worked_example_comes_out_as_published() -> None:
    city = only(table(rows("甲市", *WORKED)))
    assert value(city.composites["composite"]) == pytest.approx(72.8, abs=1e-3)
    assert value(city.composites["dual_micro"]) == pytest.approx(72.5, abs=1e-3)
    assert value(city.composites["new_media"]) == pytest.approx(74.667, abs=1e-3)
    with_video = only(table(rows("甲市", *WORKED), short_video=True))
    assert value(with_video.composites["new_media"]) == pytest.approx(71.0, abs=1e-3)


def test_a_missing_channel_counts_nought_or_is_left_out_and_is_named_either_way() -> None:
    text = rows("甲市", 80, 70, 75, None, 60)
    as_zero = only(table(text)).composites["composite"]
    left_out = only(table(text, missing="left_out")).composites["composite"]
    assert value(as_zero) == pytest.approx(57.0)
    assert value(left_out) == pytest.approx(71.25)
    assert as_zero.missing == left_out.missing == ("app",)
    assert as_zero.score is not None
    assert as_zero.score.n == 4


def test_where_no_channel_of_a_composite_is_there_it_is_nought_or_not_measured() -> None:
    text = rows("甲市", 80, None, None, None, None)
    assert value(only(table(text)).composites["dual_micro"]) == 0
    left_out = only(table(text, missing="left_out")).composites["dual_micro"]
    assert (left_out.score, left_out.place, left_out.places) == (None, None, None)


def test_given_weights_count_within_each_composite() -> None:
    sigma: dict[Channel, float] = {"website": 0.4, "wechat": 0.3, "microblog": 0.1, "app": 0.2}
    city = only(table(rows("甲市", *WORKED), sigma=sigma))
    assert value(city.composites["composite"]) == pytest.approx(0.4 * 80 + 7 + 22.5 + 0.2 * 79)
    assert value(city.composites["dual_micro"]) == pytest.approx((0.1 * 70 + 0.3 * 75) / 0.4)


@pytest.mark.parametrize("sigma", [{"app": 0.5}, {"app": 1.5, "website": -0.5}])
def test_weights_that_are_none_are_refused(sigma: dict[Channel, float]) -> None:
    with pytest.raises(UsageError, match="sum to 1"):
        rules(sigma=sigma)


def test_cities_are_ranked_among_those_of_their_level_and_equals_share_a_place() -> None:
    found = table(
        rows("乙市", *[60.0] * 5),
        rows("甲市", *[70.0] * 5),
        rows("丙市", 80, 50, 50, 60, 60),
        rows("某省", *[10.0] * 5, level="province"),
    )
    places = [(c.level, c.city, c.composites["composite"].place) for c in found.cities]
    assert places == [
        ("province", "某省", 1),
        ("prefecture", "甲市", 1),
        ("prefecture", "丙市", 2),
        ("prefecture", "乙市", 2),
    ]
    assert found.cities[2].composites["composite"].places == (2, 3)


def measured(value: float, reach: float) -> Estimate:
    return Estimate(value=value, low=value - reach, high=value + reach, n=40, method="test")


def test_a_measured_app_brings_its_interval_and_leaves_places_open() -> None:
    text = HEADER + rows("甲市", 80, 70, 75, None, 60) + rows("乙市", *WORKED)
    scores = with_apps(parse_channels(text, "t.csv"), {"甲市": measured(80, 10)}, "run r")
    first, second = tabulate(scores, rules()).cities
    composite = first.composites["composite"]
    assert first.city == "甲市"
    assert composite.score is not None
    assert (composite.score.low, composite.score.high) == pytest.approx((71.0, 75.0))
    assert composite.place == 1
    assert composite.places == second.composites["composite"].places == (1, 2)


def test_intervals_that_are_apart_settle_the_places() -> None:
    text = HEADER + rows("甲市", 80, 70, 75, None, 60) + rows("乙市", *WORKED)
    scores = with_apps(parse_channels(text, "t.csv"), {"甲市": measured(89, 5)}, "run r")
    first, second = tabulate(scores, rules()).cities
    assert first.composites["composite"].places == (1, 1)
    assert second.composites["composite"].places == (2, 2)


def test_an_app_cannot_be_scored_twice_nor_in_a_city_that_is_not_there() -> None:
    scores = parse_channels(HEADER + rows("甲市", *WORKED), "t.csv")
    with pytest.raises(UsageError, match="already"):
        with_apps(scores, {"甲市": measured(80, 1)}, "run r")
    with pytest.raises(UsageError, match="no such city"):
        with_apps(scores, {"丁市": measured(80, 1)}, "run r")


def test_every_mistake_is_named_by_line_and_cell_and_no_row_is_dropped() -> None:
    text = HEADER + (
        "甲市,prefecture,website,-3,a\n"
        "甲市,prefecture,weibo,50,a\n"
        "甲市,prefecture,microblog,50,a\n"
        "甲市,prefecture,microblog,51,a\n"
        "甲市,province,wechat,50,a\n"
        "乙市,city,app,,\n"
        "乙市,prefecture,app\n"
        ",prefecture,app,100.5,a\n"
        "乙市,prefecture,Website,nan,a\n"
        "乙市,prefecture,website,1_0,a\n"
    )
    assert problems(text) == [
        "t.csv:2:4: score: “-3”不是 0 到 100 的分数 / '-3' is not a score from 0 to 100",
        "t.csv:3:3: channel: “weibo”不是 website、microblog、wechat、app、short_video 之一 / "
        "'weibo' is not one of website, microblog, wechat, app, short_video",
        "t.csv:5:3: channel: “甲市”在第 4 行已有 microblog 的分数 / "
        "甲市 has a score for microblog already, in line 4",
        "t.csv:6:2: level: “甲市”在这里是 province，在第 2 行是 prefecture / "
        "甲市 is province here, and prefecture in line 2",
        "t.csv:7:2: level: “city”不是 province、municipality、prefecture 之一 / "
        "'city' is not one of province, municipality, prefecture",
        "t.csv:7:4: score: 这一格是空的；城市没有这个渠道，就不要写这一行 / "
        "it is empty; where a city lacks a channel, leave the row out",
        "t.csv:7:5: source: 这一格是空的 / it is empty",
        "t.csv:8:1: file: 这一行有 3 格，表头有 5 列 / 3 cells, but 5 columns",
        "t.csv:9:1: city: 这一格是空的 / it is empty",
        "t.csv:9:4: score: “100.5”不是 0 到 100 的分数 / '100.5' is not a score from 0 to 100",
        "t.csv:10:3: channel: “Website”不是 website、microblog、wechat、app、short_video 之一，"
        "是不是想写 website？ / 'Website' is not one of website, microblog, wechat, app, "
        "short_video; did you mean 'website'?",
        "t.csv:10:4: score: “nan”不是 0 到 100 的分数 / 'nan' is not a score from 0 to 100",
        "t.csv:11:4: score: “1_0”不是 0 到 100 的分数 / '1_0' is not a score from 0 to 100",
    ]


def test_a_line_is_counted_as_an_editor_counts_it() -> None:
    text = HEADER + '"甲\n市",prefecture,website,50,a\n\n甲市,prefecture,app,x,a\n'
    assert problems(text) == [
        "t.csv:5:4: score: “x”不是 0 到 100 的分数 / 'x' is not a score from 0 to 100"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "",
            "t.csv:1:1: file: 文件是空的；第一行应为 city,level,channel,score,source / "
            "it is empty; the first line must be city,level,",
        ),
        ("\n", "t.csv:1:1: file: 文件是空的"),
        (HEADER, "t.csv:1:1: file: 没有一行有分数 / there is no row with a score in it"),
        (
            "city,level,chanel,score,source\n",
            "t.csv:1:1: channel: 第一行没有这一列，是不是想写 chanel？ / "
            "the first line has no such column; did you mean 'chanel'?",
        ),
        (
            "city,city,level,channel,score,source\n",
            "t.csv:1:2: city: 这一列出现了两次 / this column is there twice",
        ),
        (
            HEADER + '"甲市,prefecture\n',
            "t.csv:2:1: file: 从这里起不是 CSV：unexpected end of data",
        ),
    ],
)
def test_a_table_that_is_none_is_refused(text: str, said: str) -> None:
    assert problems(text)[0].startswith(said)


def test_a_table_in_gbk_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "gbk.csv"
    path.write_bytes((HEADER + rows("甲市", *WORKED)).encode("gbk"))
    with pytest.raises(
        InvalidFile,
        match=r"gbk\.csv:2:1: file: 文件不是 UTF-8 编码，看起来是 GBK.*it looks like GBK",
    ):
        read_channels(path)


def test_a_byte_order_mark_and_further_columns_are_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "bom.csv"
    text = "year,city,level,channel,score,source\r\n2026,甲市,prefecture,app,79,a\r\n"
    path.write_bytes(text.encode("utf-8-sig"))
    (score,) = read_channels(path)
    assert (score.city, score.channel, score.score.value) == ("甲市", "app", 79)


def test_a_table_that_is_not_there_is_the_readers_to_mend(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.csv: 读不了.*cannot be read"):
        read_channels(tmp_path / "none.csv")


def test_the_example_can_be_used_as_it_is() -> None:
    found = tabulate(read_channels(EXAMPLE), rules())
    assert {city.level for city in found.cities} == {"province", "municipality", "prefecture"}
    worked = next(city for city in found.cities if city.city == "示例省甲")
    assert value(worked.composites["composite"]) == pytest.approx(72.8)
    assert all("虚构" in score.source for city in found.cities for score in city.channels)
    assert set(found.cities[0].composites) == set(COMPOSITES)


def printed(found: ChannelTable) -> str:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    show(found, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_places_intervals_and_missing_channels_are_printed() -> None:
    scores = with_apps(read_channels(EXAMPLE), {"样例市": measured(81.3, 12.5)}, "run r")
    golden.check("channels.txt", printed(tabulate(scores, rules())))


# --- the command ---------------------------------------------------------------------------------


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["channels", *map(str, arguments)], env={"COLUMNS": "100"})


def test_the_command_prints_the_table_or_json() -> None:
    assert "示例直辖市" in call(EXAMPLE).stdout
    found = json.loads(call(EXAMPLE, "--json", "--missing", "left_out", "--short-video").stdout)
    assert found["rules"]["missing"] == "left_out"
    assert found["rules"]["new_media"][-1] == "short_video"
    assert found["rules"]["sigma_mark"] == "assumed"
    assert ChannelTable.model_validate(found).cities


def test_an_app_whose_index_was_not_measured_is_refused_and_never_nought(tmp_path: Path) -> None:
    run = write(tmp_path, *attempts({Outcome.COMPLETED: 3}))
    result = call(EXAMPLE, run, "--app", "sample_city=样例市")
    assert result.exit_code == 2
    assert "its index was not measured" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--app", "sample_city=样例市"], "together, or neither"),
        (["--sigma", "web=1"], "did you mean 'website'?"),
        (["--sigma", "app=x"], "'x' is not a number"),
        (["--sigma", "app=0.5", "--sigma", "app=0.5"], "has a weight already"),
        (["--sigma", "app=nan"], "sum to 1"),
    ],
)
def test_options_that_make_no_sense_are_refused(arguments: list[str], said: str) -> None:
    result = call(EXAMPLE, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_an_app_that_was_not_tried_is_named_beside_those_that_were(tmp_path: Path) -> None:
    run = write(tmp_path, *attempts({Outcome.COMPLETED: 3}))
    result = call(EXAMPLE, run, "--app", "sample_town=样例市")
    assert "Apps: sample_city; did you mean 'sample_city'?" in result.stderr


def test_an_app_of_a_run_takes_its_place_and_a_simulated_phone_is_said(tmp_path: Path) -> None:
    tree = tmp_path / "tree.yaml"
    tree.write_text(ONE_LEAF, encoding="utf-8")
    run = write(tmp_path, *attempts({Outcome.COMPLETED: 3, Outcome.TIMED_OUT: 1}))
    options = ("--app", "sample_city=样例市", "--indicators", tree, "--json")
    found = ChannelTable.model_validate_json(call(EXAMPLE, run, *options).stdout)
    city = next(each for each in found.cities if each.city == "样例市")
    measured_app = next(each for each in city.channels if each.channel == "app")
    assert (measured_app.score.value, measured_app.score.n) == (75.0, 4)
    assert measured_app.score.low is not None
    assert found.notes[0] == SIMULATED_NOTE


def test_homes_and_weights_are_read_from_words() -> None:
    assert parse_home("a = 甲市") == ("a", "甲市")
    assert parse_sigma(["app=0.4", "wechat=0.6"]) == {"app": 0.4, "wechat": 0.6}
    for text in ("a", "=甲市", "a="):
        with pytest.raises(UsageError, match="APP=CITY"):
            parse_home(text)
