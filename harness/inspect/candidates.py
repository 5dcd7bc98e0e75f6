"""Ways to find an element, ranked by how surely and for how long each will find just it. Pure.

Two questions are asked of each way. Is it the only one, or the first, that it finds, here
and on the other screens that were seen? And will it stay: an id outlives a wording, a wording
outlives a place in the layout? What would write personal data into a file is not proposed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from harness.likeness import means
from harness.model import (
    ByClass,
    ByDescription,
    ById,
    ByText,
    ByXPath,
    Locator,
    Matches,
    Words,
)

Grade = Literal["good", "fair", "poor"]
Private = Callable[[str], bool]
"""Whether something of a text must not be written down."""

STABLE = {"id": 100, "description": 80, "text": 70, "class": 30, "xpath": 10}
"""Points for how long each kind of way is likely to last. A matter of order, not measured."""
GENERATED = re.compile(r"^(\d.*|.*\d{5,}.*|[0-9a-f]{8,}|[a-z]{1,2}\d*|.*_?obfuscated)$")
"""An id that a build tool has made: numbers, a hash, one or two letters."""
LONG_TEXT = 24
"""Characters of a text that is more likely an announcement than a label."""
FIELDS = frozenset(
    f"android.widget.{name}"
    for name in ("EditText", "AutoCompleteTextView", "MultiAutoCompleteTextView")
)
"""What a person types into."""
GOOD_FROM, FAIR_FROM = 65, 30

WHY = {
    "id": Words(
        zh="资源标识：不随文字、语言和位置改变",
        en="resource id: independent of wording, language and place",
    ),
    "description": Words(
        zh="无障碍说明：读屏软件念的，改版时常保留",
        en="what a screen reader says: often kept in a new version",
    ),
    "text": Words(zh="屏上文字：改了措辞就找不到", en="its text: another wording loses it"),
    "class": Words(zh="控件类型：取同类中的第一个", en="its kind: the first of its kind is taken"),
    "xpath": Words(
        zh="在层级中的位置：布局一改就找不到，真机上也慢",
        en="its place in the hierarchy: a new layout loses it, and slow on real phones",
    ),
}


@dataclass(frozen=True)
class Candidate:
    """A way to find an element.

    Attributes:
        locator: as a profile writes it.
        here: how many elements of this screen it finds.
        first: whether the element is the first of them, which a run takes.
        screens: how many other screens were seen.
        elsewhere: on how many of those it finds something.
        strangers: on how many of those something else comes first.
        score: the higher, the better; of use only beside others.
        reasons: what speaks for it and against it.
    """

    locator: Locator
    here: int
    first: bool
    screens: int
    elsewhere: int
    strangers: int
    score: int
    reasons: tuple[Words, ...]

    @property
    def grade(self) -> Grade:
        """How well it will do, in one word."""
        return "good" if self.score >= GOOD_FROM else "fair" if self.score >= FAIR_FROM else "poor"


def candidates(
    element: etree._Element,
    others: Sequence[Sequence[etree._Element]] = (),
    private: Private = lambda _: False,
) -> tuple[Candidate, ...]:
    """All ways to find an element, the best first.

    Args:
        element: of a screen's hierarchy.
        others: the elements of other screens that were seen.
        private: what must not be written into a profile.
    """
    screen = _screen_of(element)
    ways = dict(_ways(element, screen, private))
    judged = [_judge(locator, target, element, screen, others) for locator, target in ways.items()]
    return tuple(sorted(judged, key=lambda each: -each.score))


def found_by(locator: Locator, screen: Sequence[etree._Element]) -> list[etree._Element]:
    """The displayed elements of a screen that a locator finds, in the order of the hierarchy.

    Nothing for what only a phone understands, or for an XPath that is none.
    """
    if isinstance(locator, ByXPath):
        found = _by_xpath(locator.xpath, screen)
    else:
        found = [each for each in screen if means(locator, each)]
    return [each for each in found if each.get("displayed", "true") == "true"]


def _screen_of(element: etree._Element) -> list[etree._Element]:
    return list(element.getroottree().getroot().iter("*"))


def _by_xpath(xpath: str, screen: Sequence[etree._Element]) -> list[etree._Element]:
    if not screen:
        return []
    try:
        found = screen[0].getroottree().xpath(xpath)
    except etree.XPathError:
        return []
    if not isinstance(found, list):  # a number, a text
        return []
    return [each for each in found if isinstance(each, etree._Element)]


# --- the ways -------------------------------------------------------------------------------------


def _ways(
    element: etree._Element, screen: Sequence[etree._Element], private: Private
) -> Iterator[tuple[Locator, etree._Element]]:
    """Locators, and what each is meant to find: the element, or the label of a button in it."""
    yield from _own_ways(element, private)
    label = _label(element)
    if label is not None:
        yield from ((way, label) for way, _ in _own_ways(label, private))
    if element.get("class"):
        yield ByClass.model_validate({"class": element.get("class")}), element
    yield ByXPath(xpath=_path(element, screen)), element


def _own_ways(
    element: etree._Element, private: Private
) -> Iterator[tuple[Locator, etree._Element]]:
    identifier = short_id(element)
    if identifier and not private(identifier):
        yield ById(id=identifier), element
    for attribute, by in (("content-desc", "description"), ("text", "text")):
        said = str(element.get(attribute, ""))
        if said and not private(said) and not (by == "text" and _is_typed(element)):
            matches: tuple[str | Matches, ...] = (said, *_pattern(said))
            for match in matches:
                way = ByText(text=match) if by == "text" else ByDescription(description=match)
                yield way, element


def _is_typed(element: etree._Element) -> bool:
    """Whether the text of an element is what somebody has typed, and no hint: nothing to keep."""
    return element.get("class") in FIELDS and element.get("showing-hint") != "true"


def short_id(element: etree._Element) -> str:
    """The resource id without the element's own package: `home_search`."""
    given = str(element.get("resource-id", ""))
    return given.removeprefix(f"{element.get('package', '')}:id/")


def _pattern(text: str) -> tuple[Matches, ...]:
    """The text with any number in the place of each of its own."""
    if not re.search(r"\d", text) or not re.search(r"[^\W\d_]", text):
        return ()
    pieces = re.split(r"(\d+)", text)
    return (Matches(matches="".join(r"\d+" if p.isdigit() else re.escape(p) for p in pieces)),)


def _label(element: etree._Element) -> etree._Element | None:
    """What names a button that has no words of its own: a tap on it lands on the button."""
    if element.get("clickable") != "true" or element.get("text") or element.get("content-desc"):
        return None
    inside = list(element.iterdescendants("*"))
    if any(each.get("clickable") == "true" for each in inside):
        return None
    return next((each for each in inside if each.get("text") or each.get("content-desc")), None)


def _path(element: etree._Element, screen: Sequence[etree._Element]) -> str:
    """The way down from the nearest element with an id of its own, or from the top."""
    steps: list[str] = []
    here = element
    while (above := here.getparent()) is not None:
        steps.insert(0, _step(here, above))
        identifier = str(above.get("resource-id", ""))
        alone = sum(each.get("resource-id") == identifier for each in screen) == 1
        if identifier and alone and '"' not in identifier:
            return f'//*[@resource-id="{identifier}"]/' + "/".join(steps)
        here = above
    return "/" + "/".join([str(here.tag), *steps])


def _step(element: etree._Element, above: etree._Element) -> str:
    alike = [each for each in above if each.tag == element.tag]
    tag = str(element.tag)
    return f"{tag}[{alike.index(element) + 1}]" if len(alike) > 1 else tag


# --- what speaks for and against ------------------------------------------------------------------


def _judge(
    locator: Locator,
    target: etree._Element,
    element: etree._Element,
    screen: Sequence[etree._Element],
    others: Sequence[Sequence[etree._Element]],
) -> Candidate:
    here = found_by(locator, screen)
    first = bool(here) and here[0] is target
    firsts = [found[0] for other in others if (found := found_by(locator, other))]
    strangers = sum(not _same(each, target) for each in firsts)
    against = [
        *_against_wording(locator, target, others),
        *_against_finds(here, target),
        *_against_strangers(strangers, len(others), alone=len(here) == 1),
    ]
    return Candidate(
        locator=locator,
        here=len(here),
        first=first,
        screens=len(others),
        elsewhere=len(firsts),
        strangers=strangers,
        score=STABLE[locator.tag] - sum(points for points, _ in against),
        reasons=(
            WHY[locator.tag],
            *([LABEL_INSIDE] if target is not element else []),
            *(words for _, words in against),
        ),
    )


LABEL_INSIDE = Words(
    zh="这是里面的标签；点它就点到按钮", en="the label inside; a tap on it lands on the button"
)
Against = Iterator[tuple[int, Words]]


def _against_wording(
    locator: Locator, target: etree._Element, others: Sequence[Sequence[etree._Element]]
) -> Against:
    if isinstance(locator, ById):
        if GENERATED.match(locator.id.rpartition("/")[2]):
            yield (
                75,
                Words(
                    zh="像是自动生成的标识：每次发版都可能变",
                    en="looks generated: each build may have another",
                ),
            )
        if _says_else_elsewhere(target, others):
            yield (
                0,
                Words(
                    zh="别的屏上也有这个标识，写着别的：认不出是哪一页",
                    en="it says something else on other screens: it does not tell the page",
                ),
            )
        return
    if not isinstance(locator, ByText | ByDescription):
        return
    match = locator.text if isinstance(locator, ByText) else locator.description
    if isinstance(match, Matches):
        yield 8, Words(zh="数字可以变", en="its numbers may change")
        return
    text = str(match)
    if re.search(r"\d", text):
        yield 40, Words(zh="文字里有数字：可能会变", en="there is a number in it: it may change")
    if len(text) > LONG_TEXT:
        yield 20, Words(zh="文字很长：容易改动", en="a long text is easily changed")
    if isinstance(locator, ByText) and target.get("class") in FIELDS:
        yield (
            30,
            Words(
                zh="输入框的提示：一输入就没有了",
                en="a field's hint: gone once something is typed",
            ),
        )
    if isinstance(locator, ByText) and _says_else_elsewhere(target, others):
        yield (
            40,
            Words(
                zh="同一标识在别的屏上写着别的：这是内容，不是标签",
                en="the same id says something else on other screens: content, not a label",
            ),
        )


def _says_else_elsewhere(
    target: etree._Element, others: Sequence[Sequence[etree._Element]]
) -> bool:
    identifier, text = target.get("resource-id"), target.get("text")
    return bool(identifier) and any(
        each.get("resource-id") == identifier and each.get("text") != text
        for other in others
        for each in other
    )


def _against_finds(here: Sequence[etree._Element], target: etree._Element) -> Against:
    if not here or here[0] is not target:
        yield (
            200,
            Words(
                zh=f"此屏找到 {len(here)} 个，先找到的是别的：不能用",
                en=f"finds {len(here)} here, another one first: of no use",
            ),
        )
    elif len(here) > 1:
        yield (
            15,
            Words(
                zh=f"此屏找到 {len(here)} 个，执行时取第一个，就是它",
                en=f"finds {len(here)} here; a run takes the first, which is this one",
            ),
        )


def _against_strangers(strangers: int, screens: int, *, alone: bool) -> Against:
    if strangers:
        only = Words(zh="此屏只有它，但", en="the only one here, but ") if alone else None
        yield (
            15 + 35 * strangers // screens,
            Words(
                zh=f"{only.zh if only else ''}见过的另外 {screens} 屏中 {strangers} 屏找到的是别的",
                en=f"{only.en if only else ''}on {strangers} of {screens} other screens seen it "
                "finds something else",
            ),
        )


def _same(one: etree._Element, other: etree._Element) -> bool:
    """Whether two elements of different screens are the same thing: its words may be content."""
    if one.get("resource-id") or other.get("resource-id"):
        return one.get("resource-id") == other.get("resource-id")
    keys = ("class", "text", "content-desc")
    return all(one.get(key, "") == other.get(key, "") for key in keys)
