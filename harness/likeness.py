"""Whether something like a missing element is there: the App may have renamed it.

Pure, and strict on purpose: to call a profile outdated takes the attempt out of
the score, and must not hide a fault of the App. So an element is taken for a
renamed one only if the id says the same words in another order or dress, or the
text is nearly the same; if it is the only one of its kind; if it can do what the
step wants of it; and if no other name of the profile means it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from lxml import etree

from harness.hierarchy import box_of
from harness.model import (
    AppProfile,
    Box,
    ByClass,
    ByDescription,
    ById,
    ByText,
    Contains,
    Interruption,
    Likeness,
    Locator,
    Matches,
    TextMatch,
    Words,
    name_target,
)
from harness.quoting import quote

NEARLY_SAME = 0.85
"""Of two texts: the share that `difflib` finds in both. 社保缴费查询 and 社保查询 have 0.8."""
SHORTEST_TEXT = 4
"""Characters: two words of two characters are soon alike."""
DRESS = re.compile(r"^(v|\d+|new|old|btn|button|tv|et|iv|img|ll|rl|view|layout|text|edit|input)$")
"""Parts of an id that say what kind of widget it is, or which version, not what it is for."""
USES = {
    "tap": "clickable",
    "long_press": "clickable",
    "commit": "clickable",
    "type": "focusable",
    "clear": "focusable",
}
"""What an element must be for a step of this kind to use it."""


def likeness(
    name: str, step: str, profile: AppProfile, there: Sequence[etree._Element]
) -> Likeness | None:
    """What on the screen is like an element that its profile does not find any more.

    Args:
        name: the element's, in the profile.
        step: the kind of the step that wants it.
        profile: the App's.
        there: the elements of the hierarchy in which it was not found.
    """
    candidates = [
        element
        for element in there
        if element.get("package") == profile.android.package
        and element.get("displayed", "true") == "true"
        and element.get(USES.get(step, "displayed"), "true") == "true"
        and not named(profile, [element])
    ]
    found = [
        (element, proposed, why)
        for element in candidates
        for locator in profile.elements.get(name, ())
        if (proposed := instead(locator, element)) is not None
        for why in [_say(locator, proposed)]
    ]
    if len({id(element) for element, _, _ in found}) != 1:
        return None  # nothing, or no telling which
    element, proposed, why = found[0]
    box = box_of(element)
    if box is None:
        return None
    return Likeness(element=name, locator=proposed, why=why, box=box)


def named(profile: AppProfile, there: Sequence[etree._Element]) -> bool:
    """Whether the profile has a name for any of the elements; XPath and the like do not count."""
    barriers = profile.barriers.values()
    locators: list[Locator] = [
        *(locator for locators in profile.elements.values() for locator in locators),
        *profile.waiting,
        *profile.errors,
        *profile.maintenance,
        *profile.no_results,
        *(each for one in profile.interruptions for each in _lone(one)),
        *(one.seen for one in barriers),
        *(one.into for one in barriers if one.into is not None and not isinstance(one.into, str)),
    ]
    return any(means(locator, element) for locator in locators for element in there)


def _lone(interruption: Interruption) -> Iterator[Locator]:
    """What names an element by itself: of several signs each may be anything."""
    if len(interruption.signs) == 1:
        yield from interruption.signs
        if not isinstance(interruption.dismiss, str):
            yield interruption.dismiss


def unknown_dialog(profile: AppProfile, there: Sequence[etree._Element], screen: Box) -> str:
    """What a dialog of the App says in which the profile names nothing; empty when there is none.

    A dialog is a window that is narrower than the screen.
    """
    front = next((element for element in there if element.get("package")), None)
    box = None if front is None else box_of(front)
    if front is None or box is None or front.get("package") != profile.android.package:
        return ""
    if (box.left <= screen.left and box.right >= screen.right) or named(profile, there):
        return ""
    words = (str(element.get("text", "")) for element in front.iter("*"))
    return quote(" ".join(filter(None, words)))


# --- one locator, one element ---------------------------------------------------------------------


def means(locator: Locator, element: etree._Element) -> bool:
    """Whether the locator finds the element; of XPath and the like it is not known here."""
    match locator:
        case ById(id=value):
            given = str(element.get("resource-id", ""))
            return given == value or given.endswith(f":id/{value}")
        case ByText(text=text):
            return says(str(element.get("text", "")), text)
        case ByDescription(description=text):
            return says(str(element.get("content-desc", "")), text)
        case ByClass(class_=value):
            return element.get("class") == value
        case _:
            return False


def says(text: str, match: TextMatch) -> bool:
    """Whether a text is what was asked for."""
    if isinstance(match, Contains):
        return match.contains in text
    if isinstance(match, Matches):
        return re.fullmatch(match.matches, text, re.DOTALL) is not None
    return text == match


def instead(locator: Locator, element: etree._Element) -> Locator | None:
    """The locator that would find the element, when it is like the one that finds nothing."""
    match locator:
        case ById(id=value):
            now = str(element.get("resource-id", "")).rpartition("/")[2]
            words = set(_words(value))
            return ById(id=now) if now and words and words == set(_words(now)) else None
        case ByText(text=str(text)):
            now = str(element.get("text", ""))
            return ByText(text=now) if _nearly(text, now) else None
        case ByDescription(description=str(text)):
            now = str(element.get("content-desc", ""))
            return ByDescription(description=now) if _nearly(text, now) else None
        case _:
            return None


def _words(identifier: str) -> Iterator[str]:
    """The words of an id that say what it is for: `btnHomeSearch_v2` are home and search."""
    for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", identifier.rpartition("/")[2]):
        if not DRESS.match(part.lower()):
            yield part.lower()


def _nearly(one: str, other: str) -> bool:
    if min(len(one), len(other)) < SHORTEST_TEXT:
        return False
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= NEARLY_SAME


def _say(locator: Locator, proposed: Locator) -> Words:
    was, now = name_target(locator), name_target(proposed)
    same = (
        Words(zh="id 的意思相同", en="its id says the same")
        if isinstance(proposed, ById)
        else Words(zh="文字几乎相同", en="it says nearly the same")
    )
    return Words(
        zh=f"没有 {was}，却有 {now}：{same.zh}",
        en=f"{now} is there in place of {was}: {same.en}",
    )
