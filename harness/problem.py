"""A mistake in a file that people write: where it is, what is wrong, what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.model import Words

if TYPE_CHECKING:
    from harness.yaml_source import Node

FieldPath = tuple[str | int, ...]
"""The way to a value inside a file: keys, and places in lists counted from 0."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in a text; line and column count from 1, in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake in a text that is no file yet: where in it, and what to write instead."""

    place: Place
    path: FieldPath
    message: Words


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. Problems sort by file, then by place."""

    path: str
    """Of the file, relative to the project."""
    line: int
    column: int
    field: str
    """`steps[3].type.into`, counted from 1 as reports count steps; `file` for the whole file."""
    message: Words

    def __lt__(self, other: Problem) -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[str, int, int, str, str]:
        return self.path, self.line, self.column, self.field, self.message.en

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.field}: {self.message}"


class InvalidFile(UsageError):
    """A file, or several, cannot be used as they are.

    Attributes:
        problems: every mistake that was found, sorted by place; never empty.
        tree: what is written, as far as it could be read; for looking further.
    """

    def __init__(self, problems: Iterable[Problem], tree: Node | None = None) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        self.tree = tree
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def name_field(path: FieldPath) -> str:
    """A field path as messages write it: `steps[3].type.into`, counted from 1.

    From 1, because reports and terminals count steps from 1 too: `steps[3]` is
    the step that they call 3.
    """
    words = "".join(
        f"[{piece + 1}]" if isinstance(piece, int) else f".{shorten(piece)}" for piece in path
    )
    return _shorten_field(words.removeprefix(".")) or "file"


LONGEST_FIELD = 100


def _shorten_field(field: str) -> str:
    half = LONGEST_FIELD // 2
    return field if len(field) <= LONGEST_FIELD else f"{field[:half]}…{field[-half:]}"


LONGEST_SHOWN = 40
"""Characters of a person's text that a message repeats."""


def shorten(text: str, longest: int = LONGEST_SHOWN) -> str:
    """A text on one line, cut to what a message can bear; control characters are spelt out."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def cite(text: str) -> Words:
    """A person's text in quotation marks, cut to what a message can bear."""
    return Words(zh=f"“{shorten(text)}”", en=repr(shorten(text)))


def listed(names: Iterable[str]) -> Words:
    """Names one after the other; that there is none, where there is none."""
    known = tuple(names)
    return Words(zh="、".join(known) or "无", en=", ".join(known) or "none")


def join(*parts: Words | None) -> Words:
    """What is said in several parts, as one; nothing is added for a part that is None."""
    said = [part for part in parts if part is not None]
    return Words(zh="".join(part.zh for part in said), en="".join(part.en for part in said))


def suggest(word: str, names: Iterable[str]) -> Words | None:
    """`; did you mean 'tap'?` when one of the names is near, otherwise None."""
    # Long words are never near a name, and difflib's time grows with the square of the length.
    near = difflib.get_close_matches(word[:100], list(names), n=1, cutoff=0.6)
    return propose(near[0]) if near else None


def propose(name: str) -> Words:
    """The end of a message: which name is meant, most likely."""
    return Words(zh=f"，是不是想写 {name}？", en=f"; did you mean {name!r}?")


def sentence(message: Words) -> Words:
    """The message as a sentence that another may follow."""
    if message.en.endswith("?"):
        return Words(zh=message.zh, en=f"{message.en} ")
    return Words(zh=f"{message.zh}。", en=f"{message.en}. ")
