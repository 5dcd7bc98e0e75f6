"""What no touch may land on: the commit points of an App, on a screen as its hierarchy tells. Pure.

An element is taken for a commit point if a locator of one finds it, if it is like
one that was renamed, or, in an App that is no sandbox, if it reads like one. What
lies over it does not matter: nobody knows which of the two would take the touch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from harness.errors import UsageError
from harness.hierarchy import box_of, contains, readable
from harness.likeness import instead, means
from harness.model import (
    LOCATORS_IN,
    AppProfile,
    ByDescription,
    ByText,
    ByUiAutomator,
    ByXPath,
    Context,
    Locator,
    Matches,
    Point,
    Target,
    Words,
    name_target,
)
from harness.quoting import quote

COMMIT_WORDS = (
    "提交", "确认提交", "确定提交", "立即提交", "确认并提交", "提交申请", "提交诉求", "提交评价",
    "提交订单", "提交预约", "提交申报", "确认支付", "立即支付", "确认付款", "立即付款", "确认缴费",
    "立即缴费", "确认转账", "确认申报", "确认预约", "确认报名", "确认更换", "确认注销", "支付",
    "去支付", "同意并提交", "我要提交", "提交并支付", "确认发布", "注销账号", "立即下单",
)  # fmt: skip
"""How Apps name what cannot be undone. 立即办理 and 立即预约 are left out: they open a page."""
BESIDE_THE_WORDS = re.compile(r"[\d.,]+\s*(?:[sS]|秒|元)?|[\W_]+")
"""What may stand beside them: an amount, a countdown, an arrow."""
TYPED = "android.widget.EditText"
"""What a field says was typed, or is its hint."""
SCROLLS = "UiScrollable"
"""A locator that moves the screen is none to look with."""


@dataclass(frozen=True)
class CommitPoint:
    """What cannot be undone: as people name it, and how it is found."""

    name: str
    locators: tuple[Locator, ...]


@dataclass(frozen=True)
class Hit:
    """A commit point that a touch would land on, and by what it is known."""

    name: str
    why: Words

    @classmethod
    def found(cls, name: str, locator: Locator) -> Hit:
        """The element that one of the point's own locators finds."""
        by = name_target(locator)
        return cls(name, Words(zh=f"由 {by} 找到", en=f"found by {by}"))


@dataclass(frozen=True)
class Guard:
    """What must not be touched in one App, in one attempt."""

    points: tuple[CommitPoint, ...]
    safe: tuple[Locator, ...] = ()
    """Of elements that may be touched although they read like a commit point, or are like one."""
    by_words: bool = True

    @property
    def declared(self) -> frozenset[Locator]:
        """How what people have named is found: nothing makes that safe."""
        return frozenset(locator for point in self.points for locator in point.locators)

    def questions(self, context: Context) -> Iterator[tuple[str, Locator]]:
        """What to ask the phone where no hierarchy tells: names, and a locator of each."""
        for point in self.points:
            for locator in point.locators:
                if locator.tag in LOCATORS_IN[context] and not _moves_the_screen(locator):
                    yield point.name, locator
        if self.by_words:
            yield from ((name_target(one), one) for one in _reading_like_a_commit(context))

    def excused(self, context: Context) -> tuple[Locator, ...]:
        """What to ask the phone for that may be touched all the same."""
        return tuple(one for one in self.safe if one.tag in LOCATORS_IN[context])


def guard_of(
    profile: AppProfile, commits: Iterable[Target], *, allow_commit: bool = False
) -> Guard | None:
    """The guard of an attempt; None with both keys: then nothing is kept from being touched.

    Args:
        profile: the App's.
        commits: the targets of all `commit` steps of the project, as far as they are known.
        allow_commit: whether the run may tap commit points.
    """
    if profile.sandbox and allow_commit:
        return None
    targets = dict.fromkeys((*commits, *profile.commits))
    points = (CommitPoint(name_target(one), _locators(one, profile)) for one in targets)
    return Guard(
        points=tuple(point for point in points if point.locators),
        safe=tuple(locator for name in profile.safe for locator in profile.elements.get(name, ())),
        by_words=not profile.sandbox,
    )


_READS_LIKE_ONE = Words(zh="文字像提交点", en="it reads like one")


@dataclass(frozen=True)
class Screen:
    """A screen with its commit points, as one look at its hierarchy has shown them."""

    guard: Guard
    hierarchy: str

    @cached_property
    def elements(self) -> Sequence[etree._Element]:
        """All that is on the screen; nothing if the hierarchy cannot be read."""
        return readable(self.hierarchy)

    def hit(self, point: Point) -> Hit | None:
        """The commit point that a touch of the point would land on."""
        touched = list(_touched(self.elements, point))
        return next((hit for each in touched if (hit := self._judge(each)) is not None), None)

    def _judge(self, element: etree._Element) -> Hit | None:
        for point in self.guard.points:
            for locator in point.locators:
                if self._finds(locator, element):
                    return Hit.found(point.name, locator)
        if any(means(locator, element) for locator in self.guard.safe):
            return None
        for point in self.guard.points:
            for locator in point.locators:
                like = instead(locator, element)
                if like is not None:
                    one, other = name_target(like), name_target(locator)
                    why = Words(zh=f"{one} 与 {other} 相似", en=f"{one} is like {other}")
                    return Hit(point.name, why)
        words = _commit_words(element) if self.guard.by_words else ""
        return Hit(quote(words), _READS_LIKE_ONE) if words else None

    def _finds(self, locator: Locator, element: etree._Element) -> bool:
        if isinstance(locator, ByXPath):
            return element in self._found_by(locator.xpath)
        return means(locator, element)

    def _found_by(self, xpath: str) -> list[etree._Element]:
        try:
            found = self.elements[0].getroottree().xpath(xpath)
        except etree.XPathError as exc:
            zh, en = f"没法用 {xpath} 找提交点", f"a commit point cannot be looked for by {xpath}"
            raise UsageError(f"{Words(zh=zh, en=en)}: {exc}") from exc
        return found if isinstance(found, list) else []


# --- what a touch lands on ------------------------------------------------------------------------


def _touched(there: Sequence[etree._Element], point: Point) -> Iterator[etree._Element]:
    """All elements at a point, and what else a button there holds: its words may lie beside it."""
    for element in there:
        if element.get("displayed", "true") == "true" and contains(box_of(element), point):
            yield element
            inside = list(element.iterdescendants("*"))
            if _takes_touches(element) and not any(map(_takes_touches, inside)):
                yield from inside


def _takes_touches(element: etree._Element) -> bool:
    return element.get("clickable") == "true"


def _commit_words(element: etree._Element) -> str:
    """What the element says, if it reads like a commit point."""
    said = "" if element.get("class") == TYPED else str(element.get("text", ""))
    for words in (said, str(element.get("content-desc", ""))):
        if BESIDE_THE_WORDS.sub("", words) in COMMIT_WORDS:
            return words
    return ""


# --- how it is looked for -------------------------------------------------------------------------


def _locators(target: Target, profile: AppProfile) -> tuple[Locator, ...]:
    return profile.elements.get(target, ()) if isinstance(target, str) else (target,)


def phone_only(guard: Guard) -> Iterator[tuple[str, Locator]]:
    """What no hierarchy can be asked: expressions that only the phone understands."""
    for name, locator in guard.questions("native"):
        if isinstance(locator, ByUiAutomator):
            yield name, locator


def _moves_the_screen(locator: Locator) -> bool:
    return isinstance(locator, ByUiAutomator) and SCROLLS in locator.uiautomator


def _reading_like_a_commit(context: Context) -> tuple[Locator, ...]:
    if context == "native":
        words = Matches(matches="|".join(COMMIT_WORDS))
        return ByText(text=words), ByDescription(description=words)
    return (
        ByXPath(
            xpath=" | ".join(
                f"//*[{said}]"
                for said in (
                    f"not(*) and ({_is_one('normalize-space()')})",
                    _is_one("@aria-label"),
                    f"(@type='submit' or @type='button') and ({_is_one('@value')})",
                )
            )
        ),
    )


def _is_one(what: str) -> str:
    return " or ".join(f"{what}='{words}'" for words in COMMIT_WORDS)
