"""Finds what a step names: an element of the App's profile, or a locator on the spot.

Named elements are tried fallback by fallback; the first that finds something
displayed wins. Of several matches the first in the order of the hierarchy is
taken, and the match is recorded as ambiguous.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from lxml import etree

from harness.driver import Driver, Seen
from harness.hierarchy import box_of
from harness.likeness import means, says
from harness.model import (
    DISABLED,
    LOCATORS_IN,
    AppProfile,
    ByClass,
    ByDescription,
    ById,
    ByText,
    Condition,
    Contains,
    Context,
    Failure,
    Locator,
    Match,
    Target,
    Words,
    name_target,
)
from harness.quoting import quote

Plain = ById | ByText | ByDescription | ByClass
"""What a hierarchy tells as well as the phone does."""

FIRST = slice(1)
"""Of an element's locators: the one that it is known by."""
FALLBACKS = slice(1, None)
"""And those for screens that have changed."""


@dataclass(frozen=True)
class Found:
    """An element that is displayed, and how it was found."""

    seen: Seen
    match: Match


@dataclass(frozen=True)
class Sight:
    """What a look for a condition saw: the element or None, and what it lacks, or None."""

    found: Found | None
    lacks: Failure | None

    @property
    def words(self) -> Words:
        """What was there, in words."""
        if self.found is None:
            return Words(zh="没有这样的元素", en="nothing of the kind")
        if not self.lacks:
            return Words(zh="它", en="it")
        text = quote(self.found.seen.text)
        if self.found.seen.enabled:
            return Words.same(text)
        return Words(zh=f"{text}，{DISABLED.zh}", en=f"{text}, {DISABLED.en}")


class Finder:
    """Looks with one App's names on one phone. A look answers at once."""

    def __init__(self, driver: Driver, profile: AppProfile) -> None:
        self._driver = driver
        self._profile = profile

    def knows(self, target: Target) -> bool:
        """Whether the target can be looked for: a name that the profile lacks cannot."""
        return not isinstance(target, str) or target in self._profile.elements

    def has_fallbacks(self, condition: Condition) -> bool:
        """Whether its element is looked for in more than one way."""
        return len(self._locators(condition.visible)) > 1

    def enter(self, context: Context) -> bool:
        """Looks at the App's screens or at its web page from now on; False when it shows none."""
        return self._driver.enter(context, self._profile.android.package)

    def find(
        self, target: Target, context: Context = "native", among: slice = slice(None)
    ) -> Found | None:
        """The element, if it is displayed now.

        Args:
            target: what is looked for.
            context: where; only locators that can find something there are tried.
            among: which of these.
        """
        if not self.enter(context):
            return None
        numbered = enumerate(self._locators(target), start=1)
        tried = [(place, one) for place, one in numbered if one.tag in LOCATORS_IN[context]]
        for position, locator in tried[among]:
            candidates = self._driver.look(locator)
            if candidates:
                return _found(target, locator, position, candidates)
        return None

    def rules_out(self, target: Target, hierarchy: str) -> bool:
        """Whether the screen's hierarchy lacks the very words that all locators look for.

        Then nobody need ask the phone. False where a locator is not of plain words.
        """
        looked_for = [_words(locator) for locator in self._locators(target)]
        return hierarchy != "" and all(words and words not in hierarchy for words in looked_for)

    def sight(self, condition: Condition, among: slice = slice(None)) -> Sight:
        """The condition's element, by these of its locators, and whether it is as it should be."""
        found = self.find(condition.visible, condition.context, among)
        return Sight(found, lacks(condition, found))

    def found_in(self, condition: Condition, there: Sequence[etree._Element]) -> Found | None:
        """The condition's element, if it holds on a screen of which these are the elements.

        None also says nothing: only the phone can be asked for XPath and the like, so that
        it is asked at once where a locator of that kind comes first. A handle it has not.
        """
        for position, locator in enumerate(self._locators(condition.visible), start=1):
            if not isinstance(locator, Plain):
                return None
            candidates = [seen for each in there if (seen := _seen(locator, each)) is not None]
            if candidates:
                found = _found(condition.visible, locator, position, candidates)
                return found if lacks(condition, found) is None else None
        return None

    def describe(self, condition: Condition, lacks: Failure) -> Words:
        """What was wanted, in words; of a named element that was not seen, also how it was sought.

        What is not there may be there under another name: the profile may be wrong.
        """
        what = condition.describe()
        if lacks != "not_seen" or not isinstance(condition.visible, str):
            return what
        names = [name_target(locator) for locator in self._locators(condition.visible)]
        file = f"{self._profile.id}.yaml"
        return Words(
            zh=f"{what.zh}（按 {file} 找了 {'，又找了 '.join(names)}）",
            en=f"{what.en} (looked for {', then '.join(names)} as {file} says)",
        )

    def first_of(self, locators: tuple[Locator, ...]) -> tuple[Locator, Seen] | None:
        """The first of the locators that finds something on the App's screens, and what."""
        self.enter("native")
        for locator in locators:
            candidates = self._driver.look(locator)
            if candidates:
                return locator, candidates[0]
        return None

    def _locators(self, target: Target) -> tuple[Locator, ...]:
        return self._profile.elements.get(target, ()) if isinstance(target, str) else (target,)


def _found(target: Target, locator: Locator, position: int, candidates: Sequence[Seen]) -> Found:
    match = Match(
        target=name_target(target),
        locator=locator,
        position=position,
        candidates=len(candidates),
        box=candidates[0].box,
    )
    return Found(candidates[0], match)


def _seen(locator: Locator, element: etree._Element) -> Seen | None:
    """An element of a hierarchy as a look would see it, if the locator means it."""
    box = box_of(element) if means(locator, element) else None
    if box is None or element.get("displayed", "true") != "true":
        return None
    if box.left >= box.right or box.top >= box.bottom:
        return None  # a toast, of which no hierarchy says where it is
    return Seen(
        handle="",
        box=box,
        text=str(element.get("text", "")),
        enabled=element.get("enabled") == "true",
        checked=element.get("checked") == "true",
    )


def _words(locator: Locator) -> str:
    """What stands in the hierarchy of a screen that has the element; empty if it is not known."""
    match locator:
        case ById(id=words) | ByClass(class_=words):
            pass
        case (
            ByText(text=str(words) | Contains(contains=words))
            | ByDescription(description=str(words) | Contains(contains=words))
        ):
            pass
        case _:
            return ""
    return words if words.isprintable() and escape(words) == words else ""


def lacks(condition: Condition, found: Found | None) -> Failure | None:
    """What keeps the condition from holding; None when it holds."""
    if found is None:
        return "not_seen"
    seen = found.seen
    if condition.text is not None and not says(seen.text, condition.text):
        return "other_text"
    if condition.enabled not in (None, seen.enabled) or condition.checked not in (
        None,
        seen.checked,
    ):
        return "other_state"
    return None
