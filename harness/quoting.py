"""How a message repeats what an App, a phone or its server said: on one line, and not for ever.

Such a text may hold anything: newlines, escape sequences for a terminal, half a
surrogate pair, a hundred thousand characters.
"""

from __future__ import annotations

from harness.problem import shorten

LONGEST_QUOTE = 120
"""Characters of an App's text: a sentence of a dialog."""
LONGEST_LINE = 300
"""Characters of a line of a log, or of a server's complaint."""


def quote(text: str) -> str:
    """`“text”`; what cannot be seen is spelt out: an unexpected space is why a text differs."""
    return f"“{shorten(text, LONGEST_QUOTE)}”"


def quote_line(line: str) -> str:
    """A line of a log or of a server, without quotation marks."""
    return shorten(line, LONGEST_LINE)
