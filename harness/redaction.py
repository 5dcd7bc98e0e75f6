"""Keeps secrets and personal data out of all that is kept: words, hierarchies, logs, pictures.

An App may echo what was typed, in a field, a toast or its log, and shows whose account it
is. So whatever leaves the phone passes through here on its way to the disk, and never
before: what is waited for and judged is the true text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TypeVar

from lxml import etree
from pydantic import BaseModel

from harness.covering import NOTHING, Cover
from harness.hierarchy import box_of, elements
from harness.likeness import says
from harness.model import (
    Box,
    ByClass,
    ByDescription,
    ById,
    ByText,
    ByXPath,
    Locator,
    PlannedAttempt,
    PlannedStep,
    Run,
    RunRecord,
    Scenario,
)
from harness.personal import Word, find, star, words_in, words_of

HIDDEN = "●●●"

STRUCTURE = frozenset(
    {
        "id", "scenario", "app", "device", "phone", "worker", "run_id", "commit", "file", "path",
        "kind", "status", "outcome", "failure", "before", "after", "hierarchy", "log", "picture",
        "app_state", "network", "network_before", "system_dialog", "drawn", "started_at",
        "life_event", "severity", "tags", "tag",
    }
)  # fmt: skip
"""Fields of records that only we write, and names of files: an App's words never stand there."""

EVIDENCE_NAMES = frozenset({"before", "after", "hierarchy", "log", "picture"})
"""Of these, names of files by their hash: in one of a thousand a code of four digits is found."""

PEOPLE_S_KEYS = frozenset({"data", "with", "arguments"})
"""Fields in which people choose the keys: `phone` is no device's there."""

SHORTEST_LEARNT = {True: 4, False: 2}
"""Of what a masked element says, so that it is known elsewhere: in plain letters, in others."""

PLAIN = frozenset({"bounds", "index", "class", "package", "rotation", "width", "height", "type"})
"""Attributes of a hierarchy in which the App says nothing."""
BESIDE_IDS = frozenset({"resource-id", "id"})

PRIVATE_PICTURES = frozenset(
    {
        "qr", "qrcode", "barcode", "avatar", "portrait", "headimg", "headpic", "headimage",
        "userphoto", "userpic", "idphoto", "faceimage",
    }
)  # fmt: skip
PRIVATE_PICTURES_ZH = (
    "二维码", "条形码", "条码", "付款码", "收款码", "乘车码", "健康码", "头像", "人像", "证件照",
)  # fmt: skip
"""What Apps call pictures of codes and faces, in ids word by word and in descriptions."""

WHOLE_SCREEN = 0.85
"""Of the screen's area: a window that has so much lies over nothing that is worth reading."""
TOAST_FROM, TOAST_TO = 0.7, 0.97
"""The shares of the screen's height between which Android shows toasts: no hierarchy says where."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Screen:
    """A screen as it may be kept.

    Attributes:
        hierarchy: with everything hidden.
        cover: what of its picture is covered.
    """

    hierarchy: str
    cover: Cover


class Redaction:
    """What must not be kept of one attempt; learns from masked elements what else must not.

    Args:
        secrets: hidden wherever they are.
        words: what is personal of the task's data.
        mask: elements that the profile masks.
        asked: what the task itself says: an element's words that stand there are no secret.
    """

    def __init__(
        self,
        secrets: Collection[str] = (),
        words: Iterable[Word] = (),
        mask: tuple[Locator, ...] = (),
        asked: str = "",
    ) -> None:
        self.secrets = _longest_first(secrets)
        self._words = dict.fromkeys(words)
        self._mask = mask
        self._asked = asked
        self._last: tuple[str, Screen] = ("", Screen("", NOTHING))
        self.banner_until = 0.0
        """Until then, by the attempt's clock, a notification may show a code at the top."""

    def learn_secret(self, secret: str) -> None:
        """From now on this is hidden too: a code that was not known before."""
        self.secrets = _longest_first({*self.secrets, secret})
        self._last = ("", Screen("", NOTHING))

    def mask(self, mask: tuple[Locator, ...]) -> None:
        """From now on the profile masks these; what was learnt stays known."""
        self._mask = mask
        self._last = ("", Screen("", NOTHING))

    # --- words

    def words(self, text: str) -> str:
        """The text with every secret hidden, and personal data starred."""
        return star(self._without_secrets(text), self._words)

    def hides(self, text: str) -> bool:
        """Whether something of the text must not be kept."""
        return any(secret in text for secret in self.secrets) or bool(find(text, self._words))

    def record(self, model: Model) -> Model:
        """The model with everything hidden in each of its texts."""
        plain = model.model_dump(by_alias=True)
        hidden = self._values(plain)
        return model if hidden == plain else type(model).model_validate(hidden)

    def _without_secrets(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def _values(self, value: object, key: str = "") -> object:
        if isinstance(value, str):
            if key in EVIDENCE_NAMES:
                return value
            return self._without_secrets(value) if key in STRUCTURE else self.words(value)
        if isinstance(value, dict):
            free = key in PEOPLE_S_KEYS
            return {name: self._values(item, "" if free else name) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._values(item, key) for item in value]
        return value

    # --- screens

    def hierarchy(self, hierarchy: str) -> str:
        """The hierarchy with everything hidden in its attributes and texts."""
        return self.screen(hierarchy).hierarchy

    def screen(self, hierarchy: str) -> Screen:
        """The screen as it may be kept; the same one as last time costs nothing."""
        if self._last[0] != hierarchy:
            self._last = (hierarchy, self._screen(hierarchy))
        return self._last[1]

    def _screen(self, hierarchy: str) -> Screen:
        nodes = elements(hierarchy)
        if not nodes:
            # What cannot be read as a hierarchy is not kept as one where it might tell something.
            return Screen("" if self.hides(hierarchy) else hierarchy, NOTHING)
        size = _size(nodes)
        window = _window(nodes[0], size)
        masked = list(self._masked(nodes))
        for node in masked:
            self._learn(node)
        hidden = cache(self.words)  # most attributes say what hundreds of others say
        changed = {node for node in nodes if _hide_in(node, hidden)}
        for node in masked:
            changed |= {each for each in node.iter("*") if _silence(each)} | {node}
        changed |= set(_numbers_in_boxes(nodes)) | set(_secrets_in_boxes(nodes, self.secrets))
        changed |= {node for node in nodes if _is_private_picture(node)}
        boxes = (box for node in nodes if node in changed for box in _boxes(node, size))
        kept = etree.tostring(nodes[0], encoding="unicode") if changed else hierarchy
        return Screen(kept, Cover(tuple(dict.fromkeys(boxes)), window))

    def _masked(self, nodes: list[etree._Element]) -> Iterator[etree._Element]:
        """Elements of which nothing is kept: passwords, and what the profile masks."""
        for locator in self._mask:
            yield from _found(locator, nodes)
        for node in nodes:
            if node.get("password") == "true" and node.get("showing-hint") != "true":
                yield node

    def _learn(self, masked: etree._Element) -> None:
        """What a masked element says is hidden wherever else it is said, from now on."""
        for node in masked.iter("*"):
            for text in (node.get("text") or "", node.get("content-desc") or "", node.text or ""):
                word = text.strip()
                telling = any(map(str.isalnum, word)) and word not in self._asked
                if telling and len(word) >= SHORTEST_LEARNT[word.isascii()]:
                    # Replaced, not changed: what reads pictures asks from another thread.
                    self._words = {**self._words, Word(word, "private"): None}


def _hide_in(node: etree._Element, hidden: Callable[[str], str]) -> bool:
    """Hides in one element what must not be kept; whether there was anything."""
    found = False
    for name, value in node.attrib.items():
        kept = str(value) if name in PLAIN else hidden(str(value))
        if kept != value:
            node.set(name, kept)
            found = True
    for part in ("text", "tail"):
        said = getattr(node, part)
        kept = said and hidden(said)
        if kept != said:
            setattr(node, part, kept)
            found = True
    return found


def _longest_first(secrets: Collection[str]) -> tuple[str, ...]:
    """So that one that holds another is hidden as a whole."""
    return tuple(sorted(filter(None, secrets), key=len, reverse=True))


def of_attempt(
    secrets: Collection[str],
    planned: PlannedAttempt,
    scenario: Scenario,
    mask: tuple[Locator, ...] = (),
) -> Redaction:
    """What must not be kept of an attempt at a task."""
    words = (*words_of(scenario), *_arguments(planned.steps))
    return Redaction(secrets, words, mask, asked=planned.model_dump_json())


def _arguments(steps: Iterable[PlannedStep]) -> Iterator[Word]:
    """What is personal of what shared steps are given."""
    for planned in steps:
        if isinstance(planned.step, Run):
            yield from words_in(planned.step.run.arguments)
        yield from _arguments(planned.steps)


def starred_task(scenario: Scenario, planned: Iterable[PlannedStep] = ()) -> Scenario:
    """A task as a run keeps it."""
    words = (*words_of(scenario), *_arguments(planned))
    return Redaction(words=words).record(scenario)


def starred_request(run: RunRecord) -> RunRecord:
    """What was asked, as a run keeps it: personal data of tasks and of the command starred.

    Devices and profiles stay as people wrote them: nobody's data belongs there.
    """
    tasks = {scenario.id: scenario for scenario in run.scenarios}
    plain = Redaction()
    return run.model_copy(
        update={
            "options": {name: plain.words(value) for name, value in run.options.items()},
            "scenarios": tuple(map(starred_task, run.scenarios)),
            "plan": tuple(
                of_attempt((), planned, tasks[planned.scenario]).record(planned)
                if planned.scenario in tasks
                else plain.record(planned)
                for planned in run.plan
            ),
        }
    )


# --- elements -------------------------------------------------------------------------------------


def _found(locator: Locator, nodes: list[etree._Element]) -> Iterator[etree._Element]:
    """The elements of a hierarchy that a locator of a profile finds, without asking the phone."""
    if isinstance(locator, ByXPath):
        yield from _by_xpath(locator.xpath, nodes[0])
        return
    for node in nodes:
        if _is(locator, node):
            yield node


def _is(locator: Locator, node: etree._Element) -> bool:
    match locator:
        case ById(id=id):
            own = node.get("resource-id") or node.get("id") or ""
            return own == id or own.endswith(f":id/{id}")
        case ByDescription(description=wanted):
            return says(node.get("content-desc") or "", wanted)
        case ByText(text=wanted):
            return says(node.get("text") or "", wanted)
        case ByClass(class_=name):
            return node.get("class") == name
        case _:
            return False


def _by_xpath(xpath: str, root: etree._Element) -> Iterator[etree._Element]:
    try:
        found = root.getroottree().xpath(xpath)
    except etree.XPathError:
        return  # the loader has said so of one that is none
    if isinstance(found, list):
        yield from (node for node in found if isinstance(node, etree._Element))


def _silence(node: etree._Element) -> bool:
    """Hides all that an element says; whether it said anything."""
    said = [name for name in ("text", "content-desc", "value") if node.get(name)]
    for name in said:
        node.set(name, HIDDEN)
    if node.text and node.text.strip():
        node.text = HIDDEN
        return True
    return bool(said)


def _numbers_in_boxes(nodes: Iterable[etree._Element]) -> Iterator[etree._Element]:
    """Elements side by side that say a number between them, each a part of it; silences them."""
    for parent in nodes:
        parts = [child for child in parent if str(child.get("text") or "").strip()]
        if len(parts) < 2:
            continue
        texts = [str(part.get("text")).strip() for part in parts]
        ends, place = [], 0
        for text in texts:
            ends.append((place, place + len(text)))
            place += len(text) + 1
        for span in find(" ".join(texts)):
            within = [
                part
                for part, (start, end) in zip(parts, ends, strict=True)
                if start < span.end and end > span.start
            ]
            if len(within) > 1:
                yield from (part for part in within if _silence(part))


def _secrets_in_boxes(
    nodes: Iterable[etree._Element], secrets: Collection[str]
) -> Iterator[etree._Element]:
    """Boxes side by side with a character each that say a secret between them; silences them."""
    for parent in nodes if secrets else ():
        shown = (_one_character_in(child) for child in parent)
        boxes = [box for box in shown if box is not None]
        said = "".join(str(box.get("text")).strip() for box in boxes)
        if any(secret in said for secret in secrets):
            yield from (box for box in boxes if _silence(box))


def _one_character_in(element: etree._Element) -> etree._Element | None:
    """The only part of an element that says something, if that is one character."""
    saying = [each for each in element.iter("*") if str(each.get("text") or "").strip()]
    is_one = len(saying) == 1 and len(str(saying[0].get("text")).strip()) == 1
    return saying[0] if is_one else None


def _is_private_picture(node: etree._Element) -> bool:
    """Whether an element is the picture of a face or a code, by what the App calls it."""
    if any(each.get("text") for each in node.iter("*")):
        return False
    names = [str(node.get(name) or "").rpartition("/")[2] for name in BESIDE_IDS]
    return any(map(_hints, (*names, str(node.get("content-desc") or ""))))


_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def _hints(name: str) -> bool:
    if not name:
        return False
    tokens = [token.lower() for token in _TOKEN.findall(name[:200])]
    pairs = [one + other for one, other in pairwise(tokens)]
    return not PRIVATE_PICTURES.isdisjoint((*tokens, *pairs)) or any(
        hint in name for hint in PRIVATE_PICTURES_ZH
    )


# --- places ---------------------------------------------------------------------------------------


def _size(nodes: list[etree._Element]) -> tuple[int, int]:
    """Width and height of the screen; what reaches farthest where the root does not say."""
    root = nodes[0]
    given = [str(root.get(name) or "") for name in ("width", "height")]
    if all(each.isdecimal() and len(each) < 6 for each in given):
        return int(given[0]), int(given[1])
    boxes = [box for box in map(box_of, nodes) if box is not None]
    return max((b.right for b in boxes), default=0), max((b.bottom for b in boxes), default=0)


def _window(root: etree._Element, size: tuple[int, int]) -> Box | None:
    """The window in front, if it leaves something of the screen to be seen around it."""
    boxes = [box for box in map(box_of, root) if box is not None]
    if not boxes or not all(size):
        return None
    window = Box(
        left=min(box.left for box in boxes),
        top=min(box.top for box in boxes),
        right=max(box.right for box in boxes),
        bottom=max(box.bottom for box in boxes),
    )
    area = (window.right - window.left) * (window.bottom - window.top)
    return None if area >= WHOLE_SCREEN * size[0] * size[1] else window


def _boxes(node: etree._Element, size: tuple[int, int]) -> Iterator[Box]:
    """Where an element is seen; of a toast the band in which it may be."""
    if str(node.get("class", node.tag)).endswith("Toast"):
        width, height = size
        yield Box(
            left=0, top=round(TOAST_FROM * height), right=width, bottom=round(TOAST_TO * height)
        )
        return
    box = box_of(node)
    if box is not None:
        yield box
