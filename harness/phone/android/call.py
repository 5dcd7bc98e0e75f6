"""A program that is called: with what, and what comes of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.phone.android.files import resolve
from harness.phone.android.system import System


@dataclass(frozen=True)
class Finished:
    """What a program that is over has written, and its exit code."""

    stdout: bytes = b""
    stderr: bytes = b""
    code: int = 0


class Follow(ABC):
    """A program that goes on until its stream is closed or it ends by itself."""

    code = 0
    """The exit code, once it has ended."""

    @abstractmethod
    def more(self) -> bytes:
        """What has come since the last call."""

    @property
    @abstractmethod
    def ended(self) -> bool:
        """Whether it is over; what it has written last may still be asked for."""

    @abstractmethod
    def close(self) -> None:
        """Its stream was closed: it ends."""


class Refusal(Exception):
    """A program ends with a message instead of doing what was asked.

    Attributes:
        message: what it writes to its standard error, without the line's end.
        code: its exit code.
    """

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class NotUnderstood(Refusal):
    """A refusal of something that Android may well know but this phone does not: recorded."""


@dataclass(frozen=True)
class Call:
    """A program's name, its arguments, and what it may touch."""

    system: System
    name: str
    arguments: tuple[str, ...] = ()
    stdin: bytes = b""
    directory: str = "/"

    @property
    def first(self) -> str:
        """The first argument, or nothing."""
        return self.arguments[0] if self.arguments else ""

    def rest(self) -> Call:
        """The call whose program is the first argument: `pm list` out of `cmd package list`."""
        return Call(self.system, self.first, self.arguments[1:], self.stdin, self.directory)

    def path(self, given: str) -> str:
        """An argument as an absolute path."""
        return resolve(given, self.directory)

    def __str__(self) -> str:
        return " ".join((self.name, *self.arguments))


Outcome: TypeAlias = Finished | Follow
Program = Callable[[Call], Outcome]


def said(*lines: str, code: int = 0) -> Finished:
    """What a program has written line by line."""
    return Finished("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"), code=code)


NOTHING = Finished()


@dataclass(frozen=True)
class Options:
    """What a program was given: options, and what is left besides them."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each option that was given all its values; none for a bare one."""
    operands: tuple[str, ...] = ()

    def has(self, *names: str) -> bool:
        """Whether one of these was given."""
        return any(name in self.values for name in names)

    def value(self, *names: str, default: str = "") -> str:
        """The last value of the first of these that was given."""
        return next((self.values[name][-1] for name in names if self.values.get(name)), default)

    def number(self, *names: str, default: int = 0) -> int:
        """The value as a whole number.

        Raises:
            Refusal: It is none.
        """
        return whole(self.value(*names, default=str(default)))


def read_options(
    arguments: Sequence[str], bare: Sequence[str] = (), taking: Mapping[str, int] | None = None
) -> Options:
    """Parts options from operands, as Android's own programs do.

    Args:
        arguments: what the program was given.
        bare: options without a value.
        taking: options with values, and how many follow.

    Raises:
        NotUnderstood: An option is neither.
        Refusal: A value is missing.
    """
    found: dict[str, tuple[str, ...]] = {}
    operands: list[str] = []
    wanted = taking or {}
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word in wanted:
            if len(left) < wanted[word]:
                raise Refusal(f"Error: Argument expected after {word!r}", 255)
            found[word] = (*found.get(word, ()), *left[: wanted[word]])
            del left[: wanted[word]]
        elif word in bare:
            found.setdefault(word, ())
        elif word.startswith("-") and len(word) > 1 and not word[1:].isdecimal():
            raise NotUnderstood(f"Error: Unknown option: {word}", 255)
        else:
            operands.append(word)
    return Options(found, tuple(operands))


def read_letters(call: Call, known: str, taking: str = "") -> Options:
    """Parts options of one letter, which may stand together, from operands: toybox's way.

    Raises:
        NotUnderstood: A letter is not known.
        Refusal: A value is missing.
    """
    found: dict[str, tuple[str, ...]] = {}
    left = list(call.arguments)
    operands: list[str] = []
    while left:
        word = left.pop(0)
        if word == "--":
            operands += left
            break
        if not word.startswith("-") or word == "-":
            operands.append(word)
            continue
        for place, letter in enumerate(word[1:], start=2):
            if letter in taking:
                if not (word[place:] or left):
                    raise Refusal(f"{call.name}: Missing argument to -{letter}")
                found[letter] = (*found.get(letter, ()), word[place:] or left.pop(0))
                break
            if letter not in known:
                raise NotUnderstood(f"{call.name}: Unknown option '{letter}'")
            found.setdefault(letter, ())
    return Options(found, tuple(operands))


def whole(text: str) -> int:
    """A whole number, decimal or with 0x.

    Raises:
        Refusal: It is none.
    """
    try:
        return int(text, 16) if text.lower().startswith("0x") else int(text)
    except ValueError as problem:
        raise Refusal(f'Error: For input string: "{text[:80]}"', 255) from problem
