"""The language of `-android uiautomator`: UiSelector and UiScrollable, as Java would write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, VisitError
from lxml import etree

from harness.phone.faults import Fault
from harness.phone.regex import pattern

LONGEST = 4000
"""Characters of an expression."""
MOST_SWIPES = 30
"""`UiScrollable`'s own default."""

GRAMMAR = r"""
start: (scrollable | selector) ";"*
scrollable: "new"? "UiScrollable" "(" selector ")" call+
selector: "new"? "UiSelector" "(" ")" call*
call: "." NAME "(" [argument ("," argument)*] ")"
?argument: selector | STRING -> string | INTEGER -> integer | TRUE -> true | FALSE -> false
TRUE.2: "true"
FALSE.2: "false"
NAME: /[A-Za-z]\w*/
STRING: /"(?:[^"\\\r\n]|\\.)*"/
INTEGER: /-?\d{1,9}/
%import common.WS
%ignore WS
"""

_ESCAPE = re.compile(r"\\(u+[0-9a-fA-F]{4}|[0-3]?[0-7]{1,2}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}

_ATTRIBUTES = {
    "text": "text",
    "className": "class",
    "description": "content-desc",
    "resourceId": "resource-id",
    "packageName": "package",
}
_FLAGS = {
    "clickable": "clickable",
    "enabled": "enabled",
    "checked": "checked",
    "checkable": "checkable",
    "focusable": "focusable",
    "focused": "focused",
    "scrollable": "scrollable",
    "selected": "selected",
    "password": "password",
    "longClickable": "long-clickable",
}
_PARTS = {"Contains": "contains", "StartsWith": "starts", "Matches": "matches", "": "equals"}
# Which of the methods each attribute has on Android; there is no `classNameContains`.
_METHODS = (
    {f"text{part}": ("text", how) for part, how in _PARTS.items()}
    | {f"description{part}": ("description", how) for part, how in _PARTS.items()}
    | {
        f"{name}{part}": (name, _PARTS[part])
        for part in ("", "Matches")
        for name in ("className", "resourceId", "packageName")
    }
)

Test = Callable[[str], bool]


@dataclass(frozen=True)
class Selector:
    """Which elements are meant."""

    tests: tuple[tuple[str, Test], ...] = ()
    """Attribute and what it must satisfy."""
    instance: int | None = None
    child: Selector | None = None
    """What is looked for below each match."""
    beside: Selector | None = None
    """What is looked for below the parent of each match."""

    def find(self, *places: etree._Element) -> list[etree._Element]:
        """The matches below some elements, each once; `instance` counts over all of them."""
        every = dict.fromkeys(each for place in places for each in below(place))
        found = [element for element in every if self._fits(element)]
        if self.instance is not None:
            found = found[self.instance :][:1]
        if self.child is not None:
            found = self.child.find(*found)
        if self.beside is not None:
            parents = (element.getparent() for element in found)
            found = self.beside.find(*(parent for parent in parents if parent is not None))
        return found

    def _fits(self, element: etree._Element) -> bool:
        return all(test(element.get(name, "")) for name, test in self.tests)


@dataclass(frozen=True)
class Scrolling:
    """A scroll of a container that ends at an element, or at its end."""

    container: Selector
    goal: Literal["into_view", "to_end", "to_beginning", "child"]
    target: Selector | None = None
    row: Selector | None = None
    """For `getChildByText`: what a row is; the match is the row that holds the target."""
    most_swipes: int = MOST_SWIPES


TOAST = "android.widget.Toast"


def below(element: etree._Element) -> Iterator[etree._Element]:
    """All elements below one, but for toasts: as with the real server, only XPath finds those."""
    found = element.iter()
    next(found)
    return (each for each in found if each.tag != TOAST)


@lru_cache(maxsize=256)
def parse(expression: str) -> Selector | Scrolling:
    """Reads an expression.

    Raises:
        Fault: `invalid selector`, with the place where it cannot be read.
    """
    if len(expression) > LONGEST:
        raise Fault("invalid selector", f"an expression may have {LONGEST} characters at most")
    text = expression.strip()
    try:
        tree = _PARSER.parse(f"new UiSelector(){text}" if text.startswith(".") else text)
        read: Selector | Scrolling = _Reader().transform(tree)
    except VisitError as problem:
        if isinstance(problem.orig_exc, Fault):
            raise problem.orig_exc from problem
        raise Fault("invalid selector", f"{text}: {problem.orig_exc}") from problem
    except (LarkError, RecursionError) as problem:
        raise Fault(
            "invalid selector", f"cannot read the UiSelector {text}: {problem}"
        ) from problem
    return read


# --- what the methods mean ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Call:
    name: str
    arguments: tuple[Any, ...]

    def one(self, kind: type) -> Any:
        """The only argument.

        Raises:
            Fault: There are more, or it is of another kind.
        """
        given = self.arguments[0] if len(self.arguments) == 1 else None
        if type(given) is not kind:
            names = {str: "a string", int: "a number", bool: "true or false"}
            raise Fault("invalid selector", f".{self.name}() takes {names.get(kind, 'a selector')}")
        return given


@v_args(inline=True)
class _Reader(Transformer[Token, Any]):
    """From the syntax tree to what it means."""

    def start(self, found: Selector | Scrolling) -> Selector | Scrolling:
        return found

    def string(self, token: Token) -> str:
        return _ESCAPE.sub(_unescape, token[1:-1])

    def integer(self, token: Token) -> int:
        return int(token)

    def true(self, _token: Token) -> bool:
        return True

    def false(self, _token: Token) -> bool:
        return False

    def call(self, name: Token, *arguments: Any) -> _Call:
        return _Call(str(name), arguments)

    def selector(self, *calls: _Call) -> Selector:
        selector = Selector()
        for call in calls:
            selector = _with(selector, call)
        return selector

    def scrollable(self, container: Selector, *calls: _Call) -> Scrolling:
        scrolling: Scrolling | None = None
        swipes: int | None = None
        for call in calls:
            if call.name == "setMaxSearchSwipes":
                swipes = call.one(int)
            elif call.name == "setAsVerticalList" and not call.arguments:
                continue
            elif scrolling is None:
                scrolling = _scrolling(container, call)
            else:
                raise Fault("invalid selector", f".{call.name}() cannot follow a scroll")
        if scrolling is None:
            raise Fault("invalid selector", "the UiScrollable does nothing: add .scrollIntoView()")
        most = scrolling.most_swipes if swipes is None else swipes
        return replace(scrolling, most_swipes=max(0, min(most, 100)))


def _unescape(match: re.Match[str]) -> str:
    code = match.group(1)
    if code[0] == "u" and len(code) > 1:
        return chr(int(code.lstrip("u"), 16))
    if code[0].isdigit() and code.isascii():
        return chr(int(code, 8)) if code[0] < "8" else code
    if code not in _ESCAPES:
        raise Fault("invalid selector", f"\\{code} is no escape of a Java string; write \\\\{code}")
    return _ESCAPES[code]


def _with(selector: Selector, call: _Call) -> Selector:
    if call.name in _METHODS:
        attribute, how = _METHODS[call.name]
        return _add(selector, _ATTRIBUTES[attribute], _test(how, call.one(str)))
    if call.name in _FLAGS:
        return _add(selector, _FLAGS[call.name], _equals(str(call.one(bool)).lower()))
    if call.name == "index":
        return _add(selector, "index", _equals(str(call.one(int))))
    if call.name == "instance":
        return replace(selector, instance=max(0, call.one(int)))
    if call.name == "childSelector":
        return replace(selector, child=call.one(Selector))
    if call.name == "fromParent":
        return replace(selector, beside=call.one(Selector))
    raise Fault("invalid selector", f"UiSelector has no method .{call.name}()")


def _add(selector: Selector, attribute: str, test: Test) -> Selector:
    return replace(selector, tests=(*selector.tests, (attribute, test)))


def _test(how: str, wanted: str) -> Test:
    if how == "contains":
        return lambda text: wanted.lower() in text.lower()  # textContains ignores case on Android
    if how == "starts":
        return lambda text: text.lower().startswith(wanted.lower())  # and so does textStartsWith
    if how == "matches":
        return pattern(wanted).fits
    return _equals(wanted)


def _equals(wanted: str) -> Test:
    return lambda text: text == wanted


def _scrolling(container: Selector, call: _Call) -> Scrolling:
    if call.name == "scrollIntoView":
        return Scrolling(container, "into_view", call.one(Selector))
    if call.name == "scrollTextIntoView":
        target = _add(Selector(), "text", _equals(call.one(str)))
        return Scrolling(container, "into_view", target)
    if call.name == "scrollToEnd":
        return replace(Scrolling(container, "to_end"), most_swipes=call.one(int))
    if call.name == "scrollToBeginning":
        return replace(Scrolling(container, "to_beginning"), most_swipes=call.one(int))
    if call.name == "getChildByText" and len(call.arguments) in (2, 3):
        row, words = call.arguments[:2]
        if isinstance(row, Selector) and isinstance(words, str):
            target = _add(Selector(), "text", _equals(words))
            return Scrolling(container, "child", target, row)
    raise Fault(
        "invalid selector", f"UiScrollable has no method .{call.name}() with these arguments"
    )


_PARSER = Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)
