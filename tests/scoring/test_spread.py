"""The same work on many things: in order, not all of them in memory."""

from __future__ import annotations

import os

import pytest

from scoring.spread import AHEAD, AT_ONCE, spread

MANY = 100 * AT_ONCE


def made(thing: int) -> tuple[int, int]:
    """Something of a thing, and who has made it."""
    return 2 * thing, os.getpid()


def test_a_few_are_made_here() -> None:
    assert list(spread(made, range(3), few=4)) == [(2 * n, os.getpid()) for n in range(3)]


def test_many_are_made_by_other_processes_in_order() -> None:
    found = list(spread(made, range(MANY), few=4))
    assert [each for each, _ in found] == [2 * n for n in range(MANY)]
    assert os.getpid() not in {process for _, process in found}


def test_things_are_taken_as_they_are_needed() -> None:
    things = iter(range(MANY))
    next(spread(made, things, few=4))
    assert next(things) <= AT_ONCE * (AHEAD * (os.cpu_count() or 1) + 1)


def test_what_goes_wrong_there_is_told_here() -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        list(spread(made, ["a", None], few=1))  # type: ignore[arg-type]
