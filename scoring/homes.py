"""Whose App is whose: from the indexes of runs to the App channel of cities. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.errors import UsageError
from harness.model import Words
from harness.problem import join, listed, suggest
from scoring.channels import CHANNELS, Channel
from scoring.estimate import Estimate
from scoring.index import AppIndex, Indexes


class Home(NamedTuple):
    """An App, and the city whose App channel it is."""

    app: str
    city: str


def parse_home(text: str) -> Home:
    """`sample_city=样例市`.

    Raises:
        UsageError: it is not so.
    """
    app, equals, city = (part.strip() for part in text.partition("="))
    if not (app and equals and city):
        said = Words(zh="请写 App=城市，如", en="write APP=CITY, as in")
        raise UsageError(f"--app {text}: {said} sample_city=样例市")
    return Home(app, city)


def parse_sigma(texts: Sequence[str]) -> dict[Channel, float]:
    """`website=0.3`, one a channel; a channel that is not named weighs nothing.

    Raises:
        UsageError: one is not so, or names a channel twice.
    """
    sigma: dict[Channel, float] = {}
    for text in texts:
        name, _, number = (part.strip() for part in text.partition("="))
        channel = next((each for each in CHANNELS if each == name), None)
        if channel is None:
            raise UsageError(f"--sigma {text}: {_say_no_channel(name)}")
        if channel in sigma:
            zh, en = f"{channel} 已有权重", f"{channel} has a weight already"
            raise UsageError(f"--sigma {text}: {Words(zh=zh, en=en)}")
        try:
            sigma[channel] = float(number)
        except ValueError:
            said = Words(zh=f"{number!r} 不是数", en=f"{number!r} is not a number")
            raise UsageError(f"--sigma {text}: {said}") from None
    return sigma


def _say_no_channel(name: str) -> Words:
    channels = listed(CHANNELS)
    message = Words(
        zh=f"请写 渠道=权重；渠道有 {channels.zh}",
        en=f"write CHANNEL=WEIGHT; channels are {channels.en}",
    )
    return join(message, suggest(name, CHANNELS))


def settle(indexes: Indexes, homes: Sequence[Home]) -> dict[str, Estimate]:
    """The App index by city.

    Raises:
        UsageError: an App was not tried or its index not measured, it was tried on simulated
            and on real phones, or a city is given two Apps.
    """
    settled: dict[str, Estimate] = {}
    for home in homes:
        if home.city in settled:
            taken = Words(zh="这个城市已有 App", en="this city has an App already")
            raise UsageError(f"--app {home.app}={home.city}: {taken}")
        settled[home.city] = _index_of(home.app, indexes)
    return settled


def _index_of(app: str, indexes: Indexes) -> Estimate:
    found = [each for each in indexes.apps if each.app == app]
    if not found:
        names = [each.app for each in indexes.apps]
        apps = listed(names)
        message = Words(
            zh=f"没有可计分的尝试；现有 App：{apps.zh}",
            en=f"there is no attempt of it that counts; Apps: {apps.en}",
        )
        raise UsageError(f"{app}: {join(message, suggest(app, names))}")
    if len(found) > 1:
        zh = f"{app} 既用了模拟手机又用了真机；请只给同一种手机上的执行"
        en = f"{app} was tried on simulated and on real phones; give runs of one kind"
        raise UsageError(Words(zh=zh, en=en))
    return _measured(found[0])


def _measured(found: AppIndex) -> Estimate:
    if found.index is None:
        covered = f"{found.covered:.0%}"
        zh = f"没有测出指数，只覆盖了权重的 {covered}；这不等于 0 分"
        en = f"its index was not measured, only {covered} of the weight was; that is no score of 0"
        raise UsageError(f"{found.app}: {Words(zh=zh, en=en)}")
    return found.index
