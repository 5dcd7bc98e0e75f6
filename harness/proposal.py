"""What a profile would have to say where an App has changed: a patch for a person to apply.

Nothing here applies it. What an App shows is hostile: a locator is written as JSON, which
YAML reads as the very text, whatever is in it.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence

from harness.load import Document
from harness.model import AppProfile, Likeness, Locator


def propose(profile: Document[AppProfile], text: str, likeness: Likeness) -> str:
    """The change of a profile's file as a unified diff, for `git apply` or `patch -p1`.

    The locator that would find the element now comes first; those there are stay, as older
    versions of the App may still need them.

    Args:
        profile: as it was read.
        text: what its file says.
        likeness: the element, and what is like it on the screen.
    """
    before = text.splitlines(keepends=True)
    line, column = profile.place("elements", likeness.element)
    after = locator_first(before, line - 1, column - 1, flow(likeness.locator))
    names = (f"a/{profile.path}", f"b/{profile.path}")
    return "".join(difflib.unified_diff(before, after, *names))


def flow(locator: Locator) -> str:
    """A locator as a profile writes it: `{id: "home_search"}`."""
    ((key, value),) = locator.model_dump(by_alias=True).items()
    return f"{{{key}: {json.dumps(value, ensure_ascii=False)}}}"


def locator_first(lines: Sequence[str], line: int, column: int, locator: str) -> list[str]:
    """The lines with a locator put first into the list at a place, or below its key there."""
    written = lines[line]
    if written[column : column + 1] == "[":
        mended = written[: column + 1] + locator + ", " + written[column + 1 :]
        return [*lines[:line], mended, *lines[line + 1 :]]
    first = next(n for n in range(line, len(lines)) if lines[n].lstrip().startswith("- "))
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    return [*lines[:first], f"{indent}- {locator}\n", *lines[first:]]
