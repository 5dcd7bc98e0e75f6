"""Regular expressions that people write: whether they are sound, and quick on any text."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

from harness.model import Words

MAX_WILD_REPEATS = 3
"""Of `.*` and the like in one expression: each multiplies the time by the text's length."""

_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?#[^)]*\)|\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*:|[=!]|<[=!]))?"
    r"|\)|(?P<repeat>(?:[*+?]|\{\d*,?\d*\})[?+]?)|\||.",
    re.DOTALL,
)


@dataclass(slots=True)
class _Group:
    repeats: bool = False
    """Whether something in it may repeat without a bound."""
    chooses: bool = False
    """Whether it has alternatives."""


def find_pattern_fault(pattern: str) -> Words | None:
    """What is wrong with a regular expression, and what to write; None when it is fine."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
    except (re.error, FutureWarning, OverflowError, RecursionError) as error:
        said = _say(error)
        return Words(
            zh=f"这不是正则表达式：{said.zh}", en=f"this is not a regular expression: {said.en}"
        )
    return _find_slow_part(pattern)


def _say(error: Exception) -> Words:
    """What Python says, which is in English only, and where."""
    if isinstance(error, re.error) and error.pos is not None:
        return Words(
            zh=f"{error.msg}（第 {error.pos + 1} 个字符）",
            en=f"{error.msg} (character {error.pos + 1})",
        )
    if str(error):
        return Words.same(str(error))
    return Words(zh="嵌套太深", en="it is nested too deeply")


def _find_slow_part(pattern: str) -> Words | None:
    """A part that can take for ever on a text that nearly fits.

    Reads tokens rather than Python's private parse tree; it may refuse an
    expression that would be fine, which is easy to write in another way.
    """
    groups = [_Group()]
    last, closed, wild = "", _Group(), 0
    for token in _TOKEN.finditer(pattern):
        text = token[0]
        if text.startswith("(") and not text.startswith("(?#"):
            groups.append(_Group())
        elif text == ")" and len(groups) > 1:
            closed = groups.pop()
            groups[-1].repeats |= closed.repeats
            groups[-1].chooses |= closed.chooses
        elif text == "|":
            groups[-1].chooses = True
        elif token["repeat"] and _is_unbounded(text):
            if last == ")" and (closed.repeats or closed.chooses):
                return _NESTED_REPEAT
            wild += last in (".", r"\S", r"\s", r"\w", r"\W", r"\D") or last.startswith("[^")
            groups[-1].repeats = True
        last = text
    if wild > MAX_WILD_REPEATS:
        return _MANY_REPEATS
    return None


def _is_unbounded(repeat: str) -> bool:
    """Whether a repeat may take a part more than once, and not a fixed number of times."""
    if not repeat.startswith("{"):
        return repeat[0] in "*+"
    low, comma, high = repeat.rstrip("?+").strip("{}").partition(",")
    return bool(comma) and (not high or int(high) > max(1, int(low or 0)))


_NESTED_REPEAT = Words(
    zh="重复里又有重复或多选，如 (a+)+、(a|b)*，可能永远匹配不完；请去掉外层的重复",
    en="a repeat of what repeats or has alternatives, as in (a+)+ or (a|b)*, "
    "can take for ever; write it without the outer repeat",
)
_MANY_REPEATS = Words(
    zh=f"像 .* 这样的重复超过 {MAX_WILD_REPEATS} 处，可能永远匹配不完；请减少",
    en=f"more than {MAX_WILD_REPEATS} repeats like .* can take for ever; write fewer",
)
