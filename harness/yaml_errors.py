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

from harness.model import Words
from harness.problem import Place, cite, shorten

_COLON_WITHOUT_SPACE = re.compile(r"\s*(- )?\w+:[^\s/]")
_CHINESE_COLON = re.compile(r"\s*(- )?[\w.]+(?P<colon>：)")
CHINESE_COLON = Words(
    zh="中文冒号“：”不起分隔作用；请改成“: ”（英文冒号加空格）",
    en="the Chinese colon “：” parts nothing; write ': ' (a colon and a space)",
)
_VARIABLE = re.compile(r"\$\{[^{}\n]*\}")


Explained = tuple[Place, Words]
"""Where a mistake is, and what is wrong and what to write."""


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

    def colon_instead(self) -> Words | None:
        """A hint when a Chinese colon, or one without a space, is near."""
        for number in (self.place.line, self.begin.line, self.place.line - 1):
            line = self.lines[number - 1] if 0 < number <= len(self.lines) else ""
            if "：" in line:
                return Words(
                    zh=f"第 {number} 行用了中文冒号“：”；请改成“: ”（英文冒号加空格）",
                    en=f"line {number} has the Chinese colon “：”; "
                    "write ': ' (a colon and a space)",
                )
            if _COLON_WITHOUT_SPACE.match(line):
                return Words(
                    zh=f"第 {number} 行的冒号后面缺一个空格；请写“键: 值”",
                    en=f"a space is missing after the colon on line {number}; write 'key: value'",
                )
        return None


def explain_syntax(error: yaml.YAMLError, text: str) -> Explained:
    """The place of a syntax error, and what is wrong and what to write."""
    trouble = _find_trouble(error, text)
    for is_it, explain in _KINDS:
        if is_it(trouble):
            return explain(trouble)
    said = shorten(trouble.problem)
    return trouble.place, Words(zh=f"这不是 YAML：{said}", en=f"this is not YAML: {said}")


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


def _explain_open_quote(trouble: _Trouble) -> Explained:
    return trouble.begin, Words(
        zh="这里的引号没有配对；请在这一行补上另一半",
        en="the quote that opens here is never closed; close it on this line",
    )


def _is_escape(trouble: _Trouble) -> bool:
    return "quoted scalar" in trouble.context or "escape" in trouble.problem


def _explain_escape(trouble: _Trouble) -> Explained:
    start = trouble.line.rfind("\\", 0, trouble.place.column) + 1
    place = Place(trouble.place.line, start or trouble.place.column)
    return place, Words(
        zh="双引号里的反斜杠表示转义；请改用单引号，或写成 \\\\",
        en="in double quotes a backslash begins an escape; use single quotes, or write \\\\",
    )


def _is_flow(trouble: _Trouble) -> bool:
    return "flow" in trouble.context


def _explain_flow(trouble: _Trouble) -> Explained:
    opening, closing = ("[", "]") if "sequence" in trouble.context else ("{", "}")
    if trouble.begin.line != trouble.place.line or not trouble.rest:
        return trouble.begin, Words(
            zh=f"这里的 {opening} 没有配对；请补上 {closing}",
            en=f"the {opening} that opens here is never closed; write {closing}",
        )
    variable = _VARIABLE.search(trouble.line)
    if variable:
        return Place(trouble.place.line, variable.start() + 1), _say_quoted(variable[0])
    before = trouble.line[: trouble.place.column - 1]
    if "，" in before and trouble.begin.line == trouble.place.line:
        return Place(trouble.place.line, before.rindex("，") + 1), Words(
            zh="中文逗号“，”不起分隔作用；请改成“, ”（英文逗号加空格）",
            en="the Chinese comma “，” parts nothing; write ', ' (a comma and a space)",
        )
    next_one = cite(trouble.rest[:1])
    hint = Words(
        zh=f"{next_one.zh}前面缺逗号或 {closing}；含有 , : ? [ ] {{ }} 的文字要加引号",
        en=f"a comma or {closing} is missing before {next_one.en}; "
        "a text with , : ? [ ] { } in it must be in quotes",
    )
    return trouble.place, trouble.colon_instead() or hint


def _say_quoted(variable: str) -> Words:
    written = f'"{shorten(variable)}"'
    return Words(
        zh=f"在 {{ }} 和 [ ] 里，变量要加引号：{written}",
        en=f"between {{ }} and [ ] a variable must be in quotes: {written}",
    )


def _is_bad_start(trouble: _Trouble) -> bool:
    return "cannot start any token" in trouble.problem


def _explain_bad_start(trouble: _Trouble) -> Explained:
    begin = shorten(trouble.rest[:1])
    return trouble.place, Words(
        zh=f"以 {begin} 开头的文字要加引号",
        en=f"a text that begins with {begin} must be in quotes",
    )


def _is_second_colon(trouble: _Trouble) -> bool:
    return "mapping values are not allowed" in trouble.problem


def _explain_second_colon(trouble: _Trouble) -> Explained:
    before = trouble.line[: trouble.place.column - 1]
    chinese = _CHINESE_COLON.match(before)
    if chinese:
        return Place(trouble.place.line, chinese.start("colon") + 1), CHINESE_COLON
    if ": " in before:
        return trouble.place, Words(
            zh="一行里有第二个“: ”；请给含有它的文字加引号",
            en="a second ': ' on one line; put the text that has it in quotes",
        )
    start = Place(trouble.place.line, len(trouble.indent) + 1)
    hint = Words(
        zh="这一行比同级的行缩进得深；请从同一列开始",
        en="this line is indented deeper than the one it belongs with; begin both in one column",
    )
    return start, trouble.colon_instead() or hint


def _is_missing_colon(trouble: _Trouble) -> bool:
    return "could not find expected ':'" in trouble.problem


def _explain_missing_colon(trouble: _Trouble) -> Explained:
    hint = Words(
        zh="键后面没有冒号；请写“键: 值”；如果是上一行文字的延续，请缩进",
        en="a key without a colon; write 'key: value', or indent a text that goes on from above",
    )
    return trouble.begin, trouble.colon_instead() or hint


def _is_after_quote(trouble: _Trouble) -> bool:
    before = trouble.line[: trouble.place.column - 1].rstrip()
    return "block mapping" in trouble.context and before.endswith(("'", '"'))


def _explain_after_quote(trouble: _Trouble) -> Explained:
    return trouble.place, Words(
        zh="引号结束后还有文字；请把整段文字放进引号",
        en="text after a closing quote; put the whole text in quotes",
    )


def _is_indentation(trouble: _Trouble) -> bool:
    return trouble.context.startswith("while parsing a block")


def _explain_indentation(trouble: _Trouble) -> Explained:
    ours, theirs = trouble.place.column, trouble.begin.column
    if trouble.rest.startswith("- ") and trouble.dash:
        return trouble.place, Words(
            zh=f"这一项从第 {ours} 列开始，前面各项从第 {trouble.dash} 列开始；请对齐",
            en=f"this list item begins in column {ours}, those before it in column "
            f"{trouble.dash}; begin all in one column",
        )
    if ours == theirs and trouble.rest.startswith("- "):
        return trouble.place, Words(
            zh="这里应该是键，却是列表项；请缩进，或写成“键: 值”",
            en="a list item where a key is expected; indent it, or write 'key: value'",
        )
    if ours == theirs:
        return trouble.place, Words(
            zh=f"这里属于第 {trouble.begin.line} 行开始的列表；请以“- ”开头",
            en=f"the list that began on line {trouble.begin.line} goes on with '- '",
        )
    return trouble.place, Words(
        zh=f"这一行从第 {ours} 列开始，同级的第 {trouble.begin.line} 行从第 {theirs} 列开始；"
        "请对齐",
        en=f"this line begins in column {ours}, but what it belongs with began in column "
        f"{theirs} on line {trouble.begin.line}; indent both alike",
    )


def _is_item_in_line(trouble: _Trouble) -> bool:
    return "sequence entries are not allowed" in trouble.problem


def _explain_item_in_line(trouble: _Trouble) -> Explained:
    return trouble.place, Words(
        zh="列表项不能写在这一行；请另起一行写“- ”",
        en="a list item cannot follow on this line; begin a line for '- '",
    )


def _is_block_text(trouble: _Trouble) -> bool:
    return "block scalar" in trouble.context


def _explain_block_text(trouble: _Trouble) -> Explained:
    return trouble.begin, Words(
        zh="| 和 > 表示文字写在下面几行，用空格缩进；以 | 或 > 开头的文字要加引号",
        en="| and > begin a text on the lines below, indented with spaces; "
        "a text that begins with | or > must be in quotes",
    )


def _is_mark(trouble: _Trouble) -> bool:
    return any(word in trouble.context for word in ("anchor", "alias", "tag"))


def _explain_mark(trouble: _Trouble) -> Explained:
    return trouble.begin, Words(
        zh="以 & * ! 开头的文字要加引号", en="a text that begins with & * or ! must be in quotes"
    )


def _is_after_the_end(trouble: _Trouble) -> bool:
    return "document start" in trouble.problem


def _explain_after_the_end(trouble: _Trouble) -> Explained:
    return trouble.place, Words(
        zh="这里有多余的内容；请删去，或检查前面的括号",
        en="something is left over here; delete it, or check the brackets before it",
    )


def _is_directive(trouble: _Trouble) -> bool:
    return "directive" in trouble.context or "YAML document" in trouble.problem


def _explain_directive(trouble: _Trouble) -> Explained:
    return trouble.begin, Words(
        zh="以 % 开头的行不支持；请删去", en="a line that begins with % is not read; delete it"
    )


_KINDS: tuple[
    tuple[Callable[[_Trouble], bool], Callable[[_Trouble], Explained]], ...
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
