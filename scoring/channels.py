"""An App's index beside a city's other channels: the composite, 双微 and new media.

Scores of the website, microblog, WeChat and short video come from a table that somebody
else has made; the App's may come from runs. A table with mistakes is refused with all of
them, line by line: a row that is dropped silently would change a city's place.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar, get_args

from harness.errors import UsageError
from harness.model import Frozen, Words
from harness.problem import InvalidFile, Problem, cite, join, listed, shorten, suggest
from scoring.estimate import Estimate
from scoring.tree import Mark

Channel = Literal["website", "microblog", "wechat", "app", "short_video"]
Level = Literal["province", "municipality", "prefecture"]
Composite = Literal["composite", "dual_micro", "new_media"]
Missing = Literal["zero", "left_out"]

CHANNELS: tuple[Channel, ...] = get_args(Channel)
LEVELS: tuple[Level, ...] = get_args(Level)
COMPOSITES: tuple[Composite, ...] = get_args(Composite)
COLUMNS = ("city", "level", "channel", "score", "source")

DUAL_MICRO: tuple[Channel, ...] = ("microblog", "wechat")
NEW_MEDIA_2018: tuple[Channel, ...] = ("microblog", "wechat", "app")
SUM_TOLERANCE = 1e-6
GIVEN = "as given in the table"
METHODS: Mapping[Missing, str] = {
    "zero": "weighted mean of channels, a missing one counting 0",
    "left_out": "weighted mean of the channels that are there",
}
Word = TypeVar("Word", bound=str)

SIGMA_NOTE = Words(
    zh="各渠道权重为本项目假定，并非已发布报告所用",
    en="The channels' weights are assumed by this project; they are not those of the published "
    "report",
)
INTERVAL_NOTE = Words(
    zh="区间只含 App 渠道抽样带来的不确定性；其余渠道的分数按给定值计",
    en="Intervals hold the App's sampling error only; other channels' scores are taken as given",
)
MISSING_NOTES: Mapping[Missing, Words] = {
    "zero": Words(
        zh="缺失的渠道按 0 分计（假定）", en="A channel that is missing counts 0 (assumed)"
    ),
    "left_out": Words(
        zh="缺失的渠道不计入，其余权重按比例放大（假定）",
        en="A channel that is missing is left out and the other weights are scaled up (assumed)",
    ),
}


class ChannelScore(Frozen):
    """What one channel of one city scores, and who says so."""

    city: str
    level: Level
    channel: Channel
    score: Estimate
    """0 to 100; without interval where the table gives only a number."""
    source: str


class Rules(Frozen):
    """How channels are put together."""

    sigma: Mapping[Channel, float] = dict.fromkeys(CHANNELS, 1 / len(CHANNELS))
    """Weights of the five channels; they sum to 1."""
    sigma_mark: Mark = "assumed"
    missing: Missing = "zero"
    new_media: tuple[Channel, ...] = NEW_MEDIA_2018
    """The 2018 edition's; whether the 2023 edition adds short video is not known."""


class CompositeScore(Frozen):
    """Several channels as one number, and its place among the cities of its level."""

    score: Estimate | None
    """0 to 100, `n` channels; None: none of them is there and missing ones are left out."""
    missing: tuple[Channel, ...]
    mark: Mark
    place: int | None
    """Among the cities of the same level by the score alone, 1 the best; equals share it."""
    places: tuple[int, int] | None
    """From the best to the worst place that the intervals leave open."""


class CityScore(Frozen):
    """One city: its channels and what they come to."""

    city: str
    level: Level
    channels: tuple[ChannelScore, ...]
    composites: Mapping[Composite, CompositeScore]


class ChannelTable(Frozen):
    """All cities, by level and then by place."""

    version: int = 1
    rules: Rules
    cities: tuple[CityScore, ...]
    notes: tuple[Words, ...]


# --- reading -------------------------------------------------------------------------------------


def read_channels(path: Path) -> tuple[ChannelScore, ...]:
    """Reads a table of channel scores: CSV in UTF-8, with or without a byte-order mark.

    Raises:
        InvalidFile: with every mistake of the table, `path:line:col` each.
        UsageError: it cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        said = Words(zh=f"读不了：{exc.strerror}", en=f"cannot be read: {exc.strerror}")
        raise UsageError(f"{path}: {said}") from exc
    return parse_channels(_decode(data, path.name), path.name)


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = data[: exc.start].count(b"\n") + 1
        kind = Words(zh="文件不是 UTF-8 编码", en="it is not UTF-8")
        looks_like = _LIKE_GBK if _reads_as(data, "gb18030") else None
        message = join(kind, looks_like, _SAVE_AS_UTF8)
        raise InvalidFile([Problem(name, line, 1, "file", message)]) from exc


_LIKE_GBK = Words(
    zh="，看起来是 GBK（Excel 存中文 CSV 用的编码）",
    en="; it looks like GBK, as Excel writes CSV in Chinese",
)
_SAVE_AS_UTF8 = Words(zh="。请另存为“CSV UTF-8”再试", en=". Save it as “CSV UTF-8” and try again")


def _reads_as(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def parse_channels(text: str, name: str) -> tuple[ChannelScore, ...]:
    """The scores of a table, in its order; arguments and errors as with `read_channels`.

    Args:
        text: of the table, its first line the names of the columns.
        name: of the file, for messages.
    """
    table = _Table(text, name)
    scores = tuple(table.scores())
    if table.problems:
        raise InvalidFile(table.problems)
    if not scores:
        raise InvalidFile([Problem(name, 1, 1, "file", _NO_ROW)])
    return scores


_NO_ROW = Words(zh="没有一行有分数", en="there is no row with a score in it")
_EMPTY = Words(zh="这一格是空的", en="it is empty")
_NO_SCORE = Words(
    zh="这一格是空的；城市没有这个渠道，就不要写这一行",
    en="it is empty; where a city lacks a channel, leave the row out",
)
_NO_HEADER = Words(
    zh=f"文件是空的；第一行应为 {','.join(COLUMNS)}",
    en=f"it is empty; the first line must be {','.join(COLUMNS)}",
)


class _Table:
    """A walk over the rows; mistakes are gathered in `problems`."""

    def __init__(self, text: str, name: str) -> None:
        self._rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        self._name = name
        self._line = 1
        self._places: Mapping[str, int] = {}
        self._scored: dict[tuple[str, Channel], int] = {}
        self._levels: dict[str, tuple[Level, int]] = {}
        self.problems: list[Problem] = []

    def scores(self) -> Iterator[ChannelScore]:
        """What each row says; rows with mistakes are left out and noted."""
        try:
            header = self._next_row() or []
            if not self._is_header(header):
                return
            while (cells := self._next_row()) is not None:
                if not any(cells):
                    continue
                if len(cells) != len(header):
                    self._note("file", _say_cells(len(cells), len(header)))
                elif score := self._score(dict(zip(header, cells, strict=True))):
                    yield score
        except csv.Error as exc:
            message = Words(zh=f"从这里起不是 CSV：{exc}", en=f"this is no CSV from here on: {exc}")
            self._note("file", message)

    def _next_row(self) -> list[str] | None:
        self._line = self._rows.line_num + 1
        row = next(self._rows, None)
        return None if row is None else [cell.strip() for cell in row]

    def _is_header(self, header: Sequence[str]) -> bool:
        if not any(header):
            self._note("file", _NO_HEADER)
            return False
        self._places = {name: place for place, name in enumerate(header, start=1)}
        for column in COLUMNS:
            if column not in header:
                none = Words(zh="第一行没有这一列", en="the first line has no such column")
                self._note(column, join(none, suggest(column, header)))
            elif header.count(column) > 1:
                twice = Words(zh="这一列出现了两次", en="this column is there twice")
                self._note(column, twice)
        return not self.problems

    def _score(self, row: Mapping[str, str]) -> ChannelScore | None:
        known = len(self.problems)
        city, source = self._filled("city", row), self._filled("source", row)
        level, channel = self._word("level", LEVELS, row), self._word("channel", CHANNELS, row)
        score = self._number("score", row)
        if city and level:
            self._check_level(city, level)
        if city and channel:
            self._check_once(city, channel)
        if level is None or channel is None or score is None or len(self.problems) > known:
            return None
        number = Estimate(value=score, low=None, high=None, n=1, method=GIVEN)
        return ChannelScore(city=city, level=level, channel=channel, score=number, source=source)

    def _filled(self, column: str, row: Mapping[str, str]) -> str:
        if not row[column]:
            self._note(column, _EMPTY)
        return row[column]

    def _word(self, column: str, words: Sequence[Word], row: Mapping[str, str]) -> Word | None:
        given = row[column]
        found = next((word for word in words if word == given), None)
        if found is None:
            self._note(column, _say_no_word(given, words))
        return found

    def _number(self, column: str, row: Mapping[str, str]) -> float | None:
        given = row[column]
        if not given:
            self._note(column, _NO_SCORE)
            return None
        try:
            score = float(given)
        except ValueError:
            score = math.nan
        if "_" in given or not 0 <= score <= 100:
            written = cite(given)
            message = Words(
                zh=f"{written.zh}不是 0 到 100 的分数",
                en=f"{written.en} is not a score from 0 to 100",
            )
            self._note(column, message)
            return None
        return score

    def _check_level(self, city: str, level: Level) -> None:
        first, line = self._levels.setdefault(city, (level, self._line))
        if first != level:
            message = Words(
                zh=f"“{shorten(city)}”在这里是 {level}，在第 {line} 行是 {first}",
                en=f"{shorten(city)} is {level} here, and {first} in line {line}",
            )
            self._note("level", message)

    def _check_once(self, city: str, channel: Channel) -> None:
        line = self._scored.setdefault((city, channel), self._line)
        if line != self._line:
            message = Words(
                zh=f"“{shorten(city)}”在第 {line} 行已有 {channel} 的分数",
                en=f"{shorten(city)} has a score for {channel} already, in line {line}",
            )
            self._note("channel", message)

    def _note(self, field: str, message: Words) -> None:
        column = self._places.get(field, 1)
        self.problems.append(Problem(self._name, self._line, column, field, message))


def _say_cells(cells: int, columns: int) -> Words:
    return Words(
        zh=f"这一行有 {cells} 格，表头有 {columns} 列", en=f"{cells} cells, but {columns} columns"
    )


def _say_no_word(given: str, words: Sequence[str]) -> Words:
    written, known = cite(given), listed(words)
    message = Words(
        zh=f"{written.zh}不是 {known.zh} 之一", en=f"{written.en} is not one of {known.en}"
    )
    return join(message, suggest(given.lower(), words))


# --- the App's own score -------------------------------------------------------------------------


def with_apps(
    scores: Sequence[ChannelScore], apps: Mapping[str, Estimate], source: str
) -> tuple[ChannelScore, ...]:
    """The table with the App channel of some cities as it was measured.

    Args:
        scores: of the other channels.
        apps: the App index by city, 0 to 100 with its interval.
        source: where they come from.

    Raises:
        UsageError: a city is not in the table, or its App has a score there.
    """
    levels = {score.city: score.level for score in scores}
    given = {score.city for score in scores if score.channel == "app"}
    for city in apps:
        if city not in levels:
            none = Words(zh="表里没有这个城市", en="the table has no such city")
            raise UsageError(f"{city}: {join(none, suggest(city, levels))}")
        if city in given:
            both = Words(
                zh=f"表里已有它的 App 的分数，{source} 里也有；请去掉一个",
                en=f"the table has a score for its App already, and so has {source}; "
                "take one of them out",
            )
            raise UsageError(f"{city}: {both}")
    measured = (
        ChannelScore(city=city, level=levels[city], channel="app", score=index, source=source)
        for city, index in apps.items()
    )
    return (*scores, *measured)


# --- putting together ----------------------------------------------------------------------------


def rules(
    *,
    sigma: Mapping[Channel, float] | None = None,
    missing: Missing = "zero",
    short_video: bool = False,
) -> Rules:
    """How channels are put together.

    Args:
        sigma: the channels' weights; equal ones (assumed) unless given.
        missing: what a channel counts that a city has no score for.
        short_video: whether new media has short video in it; the 2018 edition's has not.

    Raises:
        UsageError: the weights do not sum to 1, or one is negative.
    """
    weights = dict(sigma) if sigma else dict.fromkeys(CHANNELS, 1 / len(CHANNELS))
    total = math.fsum(weights.values())
    if min(weights.values()) < 0 or not abs(total - 1) <= SUM_TOLERANCE:
        said = ", ".join(f"{channel}={weight:g}" for channel, weight in weights.items())
        zh = "各渠道的权重须不小于 0，且加起来为 1"
        en = "the channels' weights must be 0 or more and sum to 1"
        raise UsageError(f"{Words(zh=zh, en=en)}: {said}")
    new_media = (*NEW_MEDIA_2018, "short_video") if short_video else NEW_MEDIA_2018
    return Rules(
        sigma={channel: weights.get(channel, 0.0) for channel in CHANNELS},
        missing=missing,
        new_media=new_media,
    )


def combine(
    channels: Mapping[Channel, Estimate], among: Sequence[Channel], by: Rules
) -> Estimate | None:
    """Sum sigma x / sum sigma over some channels: n counts those that there is a score for.

    The weighted mean rises with each of its parts, so the ends of its interval are
    those of the parts that have one.

    Returns:
        0 to 100; None when there is none and missing ones are left out, or none has weight.
    """
    there = [channel for channel in among if channel in channels]
    counted = among if by.missing == "zero" else there
    total = math.fsum(by.sigma[channel] for channel in counted)
    if total <= 0:
        return None
    parts = [(by.sigma[channel] / total, channels[channel]) for channel in there]
    sampled = any(score.low is not None for _, score in parts)
    return Estimate(
        value=math.fsum(weight * score.value for weight, score in parts),
        low=math.fsum(weight * _low(score) for weight, score in parts) if sampled else None,
        high=math.fsum(weight * _high(score) for weight, score in parts) if sampled else None,
        n=len(there),
        method=METHODS[by.missing],
    )


def _low(score: Estimate) -> float:
    return score.value if score.low is None else score.low


def _high(score: Estimate) -> float:
    return score.value if score.high is None else score.high


def members(composite: Composite, by: Rules) -> tuple[Channel, ...]:
    """The channels that a composite is made of."""
    parts: Mapping[Composite, tuple[Channel, ...]] = {
        "composite": CHANNELS,
        "dual_micro": DUAL_MICRO,
        "new_media": by.new_media,
    }
    return parts[composite]


def tabulate(
    scores: Sequence[ChannelScore], by: Rules, notes: Sequence[Words] = ()
) -> ChannelTable:
    """Every city's channels and composites, with its places among those of its level.

    Args:
        scores: no channel of a city twice.
        by: how they are put together.
        notes: what must be said beside what is always said.
    """
    cities: dict[tuple[Level, str], dict[Channel, ChannelScore]] = {}
    for score in scores:
        cities.setdefault((score.level, score.city), {})[score.channel] = score
    found = [
        ranked
        for level in LEVELS
        for ranked in _rank({city: own for (at, city), own in cities.items() if at == level}, by)
    ]
    sampled = any(score.score.low is not None for score in scores)
    return ChannelTable(
        rules=by,
        cities=tuple(found),
        notes=(
            *notes,
            SIGMA_NOTE,
            MISSING_NOTES[by.missing],
            *([INTERVAL_NOTE] if sampled else []),
        ),
    )


def _rank(cities: Mapping[str, Mapping[Channel, ChannelScore]], by: Rules) -> list[CityScore]:
    """The cities of one level, the best composite first, those without one last."""
    columns = {composite: _places(composite, cities, by) for composite in COMPOSITES}
    found = [
        CityScore(
            city=city,
            level=next(iter(own.values())).level,
            channels=tuple(own[channel] for channel in CHANNELS if channel in own),
            composites={composite: columns[composite][city] for composite in COMPOSITES},
        )
        for city, own in cities.items()
    ]
    return sorted(
        found, key=lambda each: (each.composites["composite"].place or math.inf, each.city)
    )


def _places(
    composite: Composite, cities: Mapping[str, Mapping[Channel, ChannelScore]], by: Rules
) -> dict[str, CompositeScore]:
    among = members(composite, by)
    scores = {
        city: combine({channel: each.score for channel, each in own.items()}, among, by)
        for city, own in cities.items()
    }
    known = [score for score in scores.values() if score is not None]
    return {
        city: CompositeScore(
            score=score,
            missing=tuple(channel for channel in among if channel not in cities[city]),
            mark=by.sigma_mark,
            place=None if score is None else _place(score, known),
            places=None if score is None else _possible_places(score, known),
        )
        for city, score in scores.items()
    }


def _place(score: Estimate, among: Sequence[Estimate]) -> int:
    return 1 + sum(_above(other.value, score.value) for other in among)


def _possible_places(score: Estimate, among: Sequence[Estimate]) -> tuple[int, int]:
    """Those left open by intervals: a city is above another for sure where theirs are apart."""
    surely_above = sum(_above(_low(other), _high(score)) for other in among)
    surely_below = sum(_above(_low(score), _high(other)) for other in among)
    return 1 + surely_above, len(among) - surely_below


def _above(one: float, other: float) -> bool:
    """Equal but for the last bits is equal: the order of summing must not part two cities."""
    return one > other and not math.isclose(one, other, abs_tol=1e-9)
