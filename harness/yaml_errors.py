"""What PyYAML says about broken YAML, in words that a tester can act on.

The parser says where it gave up and what it wanted, not what to write. Its message
only tells which kind of mistake it is; the text at the place tells the rest. (The
parser in Python is the one that is asked, but for very large files, where libyaml
must do: its words differ, the kinds are the same.)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml

from harness.problem import Place, shorten

_NEEDS_QUOTES = "a text that begins with {} must be in quotes"
_COLON_WITHOUT_SPACE = re.compile(r"\s*(- )?\w+:[^\s/]")
_CHINESE_COLON = re.compile(r"\s*(- )?[\w.]+(?P<colon>：)")
CHINESE_COLON = "the Chinese colon “：” parts nothing; write ': ' (a colon and a space)"
_VARIABLE = re.compile(r"\$\{[^{}\n]*\}")


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Where a parser gave up, what it was reading, and the text around."""

    lines: list[str]
    context: str
    problem: str
    begin: Place
    """Of what it was reading; the place itself when it does not say."""
    place: Place

    @property
    def line(self) -> str:
        return self.lines[self.place.line - 1] if self.place.line <= len(self.lines) else ""

    @property
    def rest(self) -> str:
        """Of the line, from the place on."""
        return self.line[self.place.column - 1 :]

    @property
    def indent(self) -> str:
        return self.line[: len(self.line) - len(self.line.lstrip(" \t"))]

    @property
    def dash(self) -> int:
        """The column of the dash before what it was reading; 0 when there is none."""
        before = self.lines[self.begin.line - 1][: self.begin.column - 1]
        return before.rindex("-") + 1 if before.strip() == "-" else 0

    def colon_instead(self) -> str:
        """A hint when a Chinese colon, or one without a space, is near."""
        for number in (self.place.line, self.begin.line, self.place.line - 1):
            line = self.lines[number - 1] if 0 < number <= len(self.lines) else ""
            if "：" in line:
                return f"line {number} has the Chinese colon “：”; write ': ' (a colon and a space)"
            if _COLON_WITHOUT_SPACE.match(line):
                return f"a space is missing after the colon on line {number}; write 'key: value'"
        return ""


def explain_syntax(error: yaml.YAMLError, text: str) -> tuple[Place, str]:
    """The place of a syntax error, and what is wrong and what to write."""
    trouble = _find_trouble(error, text)
    for is_it, explain in _KINDS:
        if is_it(trouble):
            return explain(trouble)
    return trouble.place, f"this is not YAML: {shorten(trouble.problem)}"


def _find_trouble(error: yaml.YAMLError, text: str) -> _Trouble:
    mark = getattr(error, "problem_mark", None)
    begin = getattr(error, "context_mark", None) or mark
    lines = text.split("\n")
    return _Trouble(
        lines=lines,
        context=getattr(error, "context", None) or "",
        problem=getattr(error, "problem", None) or str(error),
        begin=Place(begin.line + 1, begin.column + 1) if begin else Place(1, 1),
        place=Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1),
    )


# --- kinds of trouble -----------------------------------------------------------------------------


def _is_open_quote(trouble: _Trouble) -> bool:
    quoted = "quoted scalar" in trouble.context
    return quoted and ("end of stream" in trouble.problem or "document" in trouble.problem)


def _explain_open_quote(trouble: _Trouble) -> tuple[Place, str]:
    return trouble.begin, "the quote that opens here is never closed; close it on this line"


def _is_escape(trouble: _Trouble) -> bool:
    return "quoted scalar" in trouble.context or "escape" in trouble.problem


def _explain_escape(trouble: _Trouble) -> tuple[Place, str]:
    start = trouble.line.rfind("\\", 0, trouble.place.column) + 1
    place = Place(trouble.place.line, start or trouble.place.column)
    return place, "in double quotes a backslash begins an escape; use single quotes, or write \\\\"


def _is_flow(trouble: _Trouble) -> bool:
    return "flow" in trouble.context


def _explain_flow(trouble: _Trouble) -> tuple[Place, str]:
    opening, closing = ("[", "]") if "sequence" in trouble.context else ("{", "}")
    if trouble.begin.line != trouble.place.line or not trouble.rest:
        return trouble.begin, f"the {opening} that opens here is never closed; write {closing}"
    variable = _VARIABLE.search(trouble.line)
    if variable:
        place = Place(trouble.place.line, variable.start() + 1)
        return (
            place,
            f'between {{ }} and [ ] a variable must be in quotes: "{shorten(variable[0])}"',
        )
    before = trouble.line[: trouble.place.column - 1]
    if "，" in before and trouble.begin.line == trouble.place.line:
        place = Place(trouble.place.line, before.rindex("，") + 1)
        return place, "the Chinese comma “，” parts nothing; write ', ' (a comma and a space)"
    hint = (
        f"a comma or {closing} is missing before {shorten(trouble.rest[:1])!r}; "
        "a text with , : ? [ ] { } in it must be in quotes"
    )
    return trouble.place, trouble.colon_instead() or hint


def _is_bad_start(trouble: _Trouble) -> bool:
    return "cannot start any token" in trouble.problem


def _explain_bad_start(trouble: _Trouble) -> tuple[Place, str]:
    return trouble.place, _NEEDS_QUOTES.format(shorten(trouble.rest[:1]))


def _is_second_colon(trouble: _Trouble) -> bool:
    return "mapping values are not allowed" in trouble.problem


def _explain_second_colon(trouble: _Trouble) -> tuple[Place, str]:
    before = trouble.line[: trouble.place.column - 1]
    chinese = _CHINESE_COLON.match(before)
    if chinese:
        return Place(trouble.place.line, chinese.start("colon") + 1), CHINESE_COLON
    if ": " in before:
        return trouble.place, "a second ': ' on one line; put the text that has it in quotes"
    start = Place(trouble.place.line, len(trouble.indent) + 1)
    hint = "this line is indented deeper than the one it belongs with; begin both in one column"
    return start, trouble.colon_instead() or hint


def _is_missing_colon(trouble: _Trouble) -> bool:
    return "could not find expected ':'" in trouble.problem


def _explain_missing_colon(trouble: _Trouble) -> tuple[Place, str]:
    hint = "a key without a colon; write 'key: value', or indent a text that goes on from above"
    return trouble.begin, trouble.colon_instead() or hint


def _is_after_quote(trouble: _Trouble) -> bool:
    before = trouble.line[: trouble.place.column - 1].rstrip()
    return "block mapping" in trouble.context and before.endswith(("'", '"'))


def _explain_after_quote(trouble: _Trouble) -> tuple[Place, str]:
    return trouble.place, "text after a closing quote; put the whole text in quotes"


def _is_indentation(trouble: _Trouble) -> bool:
    return trouble.context.startswith("while parsing a block")


def _explain_indentation(trouble: _Trouble) -> tuple[Place, str]:
    ours, theirs = trouble.place.column, trouble.begin.column
    if trouble.rest.startswith("- ") and trouble.dash:
        return trouble.place, (
            f"this list item begins in column {ours}, those before it in column {trouble.dash}; "
            "begin all in one column"
        )
    if ours == theirs and trouble.rest.startswith("- "):
        return (
            trouble.place,
            "a list item where a key is expected; indent it, or write 'key: value'",
        )
    if ours == theirs:
        return trouble.place, f"the list that began on line {trouble.begin.line} goes on with '- '"
    return trouble.place, (
        f"this line begins in column {ours}, but what it belongs with began in column {theirs} "
        f"on line {trouble.begin.line}; indent both alike"
    )


def _is_item_in_line(trouble: _Trouble) -> bool:
    return "sequence entries are not allowed" in trouble.problem


def _explain_item_in_line(trouble: _Trouble) -> tuple[Place, str]:
    return trouble.place, "a list item cannot follow on this line; begin a line for '- '"


def _is_block_text(trouble: _Trouble) -> bool:
    return "block scalar" in trouble.context


def _explain_block_text(trouble: _Trouble) -> tuple[Place, str]:
    return trouble.begin, (
        "| and > begin a text on the lines below, indented with spaces; "
        "a text that begins with | or > must be in quotes"
    )


def _is_mark(trouble: _Trouble) -> bool:
    return any(word in trouble.context for word in ("anchor", "alias", "tag"))


def _explain_mark(trouble: _Trouble) -> tuple[Place, str]:
    return trouble.begin, "a text that begins with & * or ! must be in quotes"


def _is_after_the_end(trouble: _Trouble) -> bool:
    return "document start" in trouble.problem


def _explain_after_the_end(trouble: _Trouble) -> tuple[Place, str]:
    return trouble.place, "something is left over here; delete it, or check the brackets before it"


def _is_directive(trouble: _Trouble) -> bool:
    return "directive" in trouble.context or "YAML document" in trouble.problem


def _explain_directive(trouble: _Trouble) -> tuple[Place, str]:
    return trouble.begin, "a line that begins with % is not read; delete it"


_KINDS: tuple[
    tuple[Callable[[_Trouble], bool], Callable[[_Trouble], tuple[Place, str]]], ...
] = (
    (_is_open_quote, _explain_open_quote),
    (_is_escape, _explain_escape),
    (_is_bad_start, _explain_bad_start),
    (_is_flow, _explain_flow),
    (_is_second_colon, _explain_second_colon),
    (_is_missing_colon, _explain_missing_colon),
    (_is_item_in_line, _explain_item_in_line),
    (_is_block_text, _explain_block_text),
    (_is_mark, _explain_mark),
    (_is_directive, _explain_directive),
    (_is_after_the_end, _explain_after_the_end),
    (_is_after_quote, _explain_after_quote),
    (_is_indentation, _explain_indentation),
)  # fmt: skip
"""The first that fits explains."""
