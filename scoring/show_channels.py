"""Cities and their channels in the terminal: Chinese first, rounded here and not before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from scoring.channels import (
    COMPOSITES,
    LEVELS,
    Channel,
    ChannelTable,
    CityScore,
    Composite,
    CompositeScore,
    Level,
)
from scoring.estimate import Estimate
from scoring.saying import NOTHING

LEVEL_WORDS: Mapping[Level, str] = {
    "province": "省级 Provinces",
    "municipality": "直辖市 Municipalities",
    "prefecture": "地级市 Prefecture-level cities",
}
COMPOSITE_WORDS: Mapping[Composite, str] = {
    "composite": "综合\nComposite",
    "dual_micro": "双微\nDual micro",
    "new_media": "新媒体\nNew media",
}
CHANNEL_WORDS: Mapping[Channel, str] = {
    "website": "网站 website",
    "microblog": "微博 microblog",
    "wechat": "微信 WeChat",
    "app": "App",
    "short_video": "短视频 short video",
}


def show(found: ChannelTable, console: Console) -> None:
    """Prints a table for each level that has cities."""
    console.print(render(found))


def render(found: ChannelTable) -> RenderableType:
    """The channels as something that rich can print at any width from 80 columns."""
    levels = [(level, [city for city in found.cities if city.level == level]) for level in LEVELS]
    return Group(
        Text("掌测渠道 / Zhangce channels", style="bold"),
        *(_table(LEVEL_WORDS[level], cities) for level, cities in levels if cities),
        *_footer(found),
    )


def _table(title: str, cities: Sequence[CityScore]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("城市\nCity")
    for composite in COMPOSITES:
        table.add_column(COMPOSITE_WORDS[composite], justify="right")
        table.add_column("位次\nplace", justify="right", style="dim")
    table.add_column("n")
    table.add_column("缺失\nMissing", style="yellow")
    for city in cities:
        scores = [city.composites[composite] for composite in COMPOSITES]
        missing = city.composites["composite"].missing
        table.add_row(
            city.city,
            *(cell for score in scores for cell in (say_score(score.score), say_place(score))),
            str(len(city.channels)),
            ", ".join(CHANNEL_WORDS[channel] for channel in missing),
        )
    return table


def say_score(score: Estimate | None) -> str:
    """`72.8`, with the interval below it where there is one."""
    if score is None:
        return NOTHING
    if score.low is None or score.high is None:
        return f"{score.value:.1f}"
    return f"{score.value:.1f}\n[{score.low:.1f}–{score.high:.1f}]"


def say_place(score: CompositeScore) -> str:
    """`2`, or `2 (1–3)` where the intervals leave other places open."""
    if score.place is None or score.places is None:
        return NOTHING
    best, worst = score.places
    return f"{score.place}" if best == worst else f"{score.place} ({best}–{worst})"


def _footer(found: ChannelTable) -> Iterator[RenderableType]:
    weights = ", ".join(
        f"{CHANNEL_WORDS[channel]} {weight:g}" for channel, weight in found.rules.sigma.items()
    )
    new_media = ", ".join(CHANNEL_WORDS[channel] for channel in found.rules.new_media)
    yield Text(f"渠道权重 weights ({found.rules.sigma_mark}): {weights}", style="dim")
    yield Text(f"新媒体 new media: {new_media}", style="dim")
    for note in found.notes:
        yield Text(f"※ {note}", style="dim")
