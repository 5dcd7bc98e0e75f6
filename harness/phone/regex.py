"""Regular expressions that come from a client, kept from hanging the phone.

Python's `re` backtracks and cannot be interrupted, and the phone answers one
request at a time. So a pattern is bounded in length, a repetition of what itself
repeats or branches, such as `(a+)+`, is refused, and what is left, polynomial
in the number of its repetitions, is only tried on texts short enough for it.
"""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass

from harness.phone.faults import Fault

LONGEST = 500
"""Characters of a pattern."""
MOST_STEPS = 50_000_000
"""About a second of `re` at worst; no sensible pattern comes near it."""

_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d*,?\d*\}|.", re.DOTALL)


@dataclass(frozen=True)
class Pattern:
    """A checked pattern. Like Java's `matches`, it must fit the whole text."""

    compiled: re.Pattern[str]
    repetitions: int

    def fits(self, text: str) -> bool:
        """Whether the whole text fits.

        Raises:
            Fault: The text is too long for so many repetitions.
        """
        steps = len(text) ** self.repetitions / math.factorial(self.repetitions)
        if steps > MOST_STEPS:
            what = f"{self.repetitions} repetitions are too many for a text of {len(text)}"
            raise Fault("invalid selector", f"{what} characters; write a more precise pattern")
        return self.compiled.fullmatch(text) is not None


def pattern(source: str) -> Pattern:
    """Compiles a pattern.

    Raises:
        Fault: It is no pattern, too long, or could take for ever.
    """
    if len(source) > LONGEST:
        raise Fault("invalid selector", f"a pattern may have {LONGEST} characters at most")
    try:
        with warnings.catch_warnings():
            # Python warns of what its grammar may mean one day; the pattern is Java's anyway.
            warnings.simplefilter("ignore", FutureWarning)
            compiled = re.compile(source, re.DOTALL)
    except (re.error, OverflowError, RecursionError) as problem:
        raise Fault("invalid selector", f"not a regular expression: {problem}") from problem
    return Pattern(compiled, _repetitions(source))


def _repetitions(source: str) -> int:
    """How many repetitions a pattern has; nested ones are refused."""
    found = 0
    risky = [False]  # whether the group being read, by depth, repeats or branches
    closed = False  # whether the last token closed a group that does
    for token in _TOKEN.findall(source):
        repeats = token in ("*", "+") or (token[0] == "{" and len(token) > 1)
        if repeats and closed:
            raise Fault("invalid selector", "a repetition of what itself repeats may take for ever")
        found += repeats
        risky[-1] = risky[-1] or repeats or token == "|"
        closed = False
        if token == "(":
            risky.append(False)
        elif token == ")" and len(risky) > 1:
            closed = risky.pop()
            risky[-1] = risky[-1] or closed
    return found
