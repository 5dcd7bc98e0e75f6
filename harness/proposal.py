"""What a profile would have to say where an App has changed: a patch for a person to apply.

Nothing here applies it. What an App shows is hostile: a locator is written as JSON, which
YAML reads as the very text, whatever is in it.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.load import Document
from harness.model import AppProfile, ElementName, Likeness, Locator


def propose(profile: Document[AppProfile], text: str, likeness: Likeness) -> str:
    """The change of a profile's file as a unified diff, for `git apply` or `patch -p1`.

    The locator that would find the element now comes first; those there are stay, as older
    versions of the App may still need them.

    Args:
        profile: as it was read.
        text: what its file says.
        likeness: the element, and what is like it on the screen.
    """
    edits = insert_locator(profile, text, likeness.element, likeness.locator)
    before, after = (each.splitlines(keepends=True) for each in (text, apply(text, edits)))
    names = (f"a/{profile.path}", f"b/{profile.path}")
    return "".join(difflib.unified_diff(before, after, *names))


def flow(locator: Locator) -> str:
    """A locator as a profile writes it: `{id: "home_search"}`."""
    ((key, value),) = locator.model_dump(by_alias=True).items()
    return f"{{{key}: {quoted(value)}}}"


def quoted(value: object) -> str:
    """A value as JSON, which YAML reads as the very same: what breaks lines there is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    """As YAML has it: JSON's pairs of surrogates are no characters there."""
    return f"\\U{ord(char):08x}" if ord(char) > 0xFFFF else f"\\u{ord(char):04x}"


# --- changes of a text, by their places -----------------------------------------------------------


@dataclass(frozen=True)
class Edit:
    """A change at one place of a text; line and column count from 1.

    Attributes:
        old: what stands there, with or without quotes; empty for what is put in.
        new: what will stand there.
    """

    line: int
    column: int
    old: str
    new: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with its changes; all else in it stays to the letter."""
    lines = text.splitlines(keepends=True)
    for edit in sorted(set(edits), key=lambda one: (one.line, one.column), reverse=True):
        if edit.line > len(lines):
            lines.append("")
        written, at = lines[edit.line - 1], edit.column - 1
        old = re.match(rf"([\"']?){re.escape(edit.old)}\1", written[at:]) if edit.old else None
        end = at + (len(old[0]) if old else 0)
        lines[edit.line - 1] = written[:at] + edit.new + written[end:]
    return "".join(lines)


def insert_locator(
    profile: Document[AppProfile], text: str, name: ElementName, locator: Locator
) -> tuple[Edit, ...]:
    """The changes that put a locator first among those of an element."""
    line, column = profile.place("elements", name)
    if profile.field("elements", name) == profile.field("elements"):
        return _own_line(profile, line, column, name, locator)
    return (put_first(text.splitlines(), line, column, flow(locator)),)


def put_first(lines: Sequence[str], line: int, column: int, locator: str) -> Edit:
    """The change that puts a locator first into the list at a place, or below its key there."""
    if lines[line - 1][column - 1 : column] == "[":
        return Edit(line, column + 1, "", f"{locator}, ")
    first = next(n for n in range(line, len(lines)) if lines[n].lstrip().startswith("- "))
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    return Edit(first + 1, 1, "", f"{indent}- {locator}\n")


def _own_line(
    profile: Document[AppProfile], line: int, column: int, name: ElementName, locator: Locator
) -> tuple[Edit, ...]:
    """A line for an element that is another profile's so far, below `elements:`."""
    locators = (locator, *profile.value.elements[name])
    said = Edit(line + 1, 1, "", f"  {name}: [{', '.join(map(flow, locators))}]\n")
    return (Edit(line, column, "{}", ""), said)
