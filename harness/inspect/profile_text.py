"""Adds to the text of a profile as its owner would: comments, order and style stay. Pure.

Nothing is rewritten but what is added. Each edit is held against what it should mean: where
a file is written in a way that this module does not master, it says what to write by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness import yaml_source
from harness.errors import UsageError
from harness.model import Locator, Words
from harness.proposal import apply, put_first, quoted
from harness.yaml_source import Entry, as_plain, read_source, resolve

PLAIN = re.compile(r"[^\W\d][\w.]*(?: [\w.]+)*")
"""A text that needs no quotation marks, wherever it stands."""


def written(value: Any) -> str:
    """A value in YAML's flow style, on one line: `{id: home_search}`."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{key}: {written(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(written, value)) + "]"
        case str() if PLAIN.fullmatch(value) and resolve(value) == value:
            return value
        case str() if ('"' in value or "\\" in value) and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        case str():
            return quoted(value)
        case _:
            return json.dumps(value)


def plain_locator(locator: Locator) -> dict[str, Any]:
    """A locator as values: `{"id": "home_search"}`."""
    return locator.model_dump(by_alias=True)


def with_locators(text: str, name: str, locators: Sequence[Locator]) -> str:
    """The profile with an element of these locators; they come first where it is named already.

    Raises:
        UsageError: the text cannot be edited here; says what to write by hand.
    """
    plain = [plain_locator(each) for each in locators]
    root = _tree(text)
    known = root.entry("elements")
    named = known.value if known else None
    there = named.entry(name) if isinstance(named, yaml_source.Mapping) else None
    if there is None:
        return with_entry(text, "elements", name, plain)
    old = list(as_plain(there.value)) if _is_list(there.value) else []
    new = [each for each in plain if each not in old]
    edited, place = text, there.place
    for each in reversed(new):
        first = put_first(edited.splitlines(), place.line, place.column, written(each))
        edited = apply(edited, [first])
    wanted = dict(as_plain(root))
    wanted["elements"] = {**wanted["elements"], name: (*new, *old)}
    return _held(edited, wanted, f"{name}: {written([*new, *old])}")


def with_entry(text: str, key: str, name: str, value: Any) -> str:
    """The profile with an entry more in one of its mappings, beside those of the same first word.

    Raises:
        UsageError: it is there already, or the text cannot be edited here.
    """
    root = _tree(text)
    line, found = f"{name}: {written(value)}", root.entry(key)
    wanted = dict(as_plain(root))
    if found is None:
        wanted[key] = {name: value}
        return _held(_appended(text, key, f"  {line}"), wanted, f"{key}: {line}")
    if not isinstance(found.value, yaml_source.Mapping):
        raise _by_hand(f"{key}: {line}")
    if found.value.entry(name) is not None:
        said = Words(zh="档案里已经有了", en="is in the profile already")
        raise UsageError(f"{key}.{name}: {said}")
    wanted[key] = {**wanted[key], name: value}
    lines = text.splitlines(keepends=True)
    place = found.value.place
    written_there = lines[place.line - 1]
    if written_there[place.column - 1 : place.column] == "{":
        changed = _into_flow(written_there, place.column - 1, line, is_mapping=True)
        return _held("".join(_put(lines, place.line - 1, changed)), wanted, f"{key}: {line}")
    sibling = _sibling(found.value.entries, name)
    indent = " " * (sibling.key_place.column - 1)
    after = _end(lines, root, found, sibling)
    return _held(_inserted(lines, after, f"{indent}{line}\n"), wanted, f"{key}: {line}")


def with_item(text: str, key: str, item: Any) -> str:
    """The profile with an item more in one of its lists.

    Raises:
        UsageError: it is there already, or the text cannot be edited here.
    """
    root = _tree(text)
    found, wanted = root.entry(key), dict(as_plain(root))
    by_hand = f"{key}: [{written(item)}]"
    if found is None:
        wanted[key] = (item,)
        return _held(_appended(text, key, f"  - {written(item)}"), wanted, by_hand)
    if not _is_list(found.value):
        raise _by_hand(by_hand)
    if item in wanted[key]:
        said = Words(zh=f"{key} 里已经有了", en=f"{key} has this already")
        raise UsageError(f"{said}: {written(item)}")
    lines, place = text.splitlines(keepends=True), found.value.place
    wanted[key] = (item, *wanted[key])
    written_there = lines[place.line - 1]
    if written_there[place.column - 1 : place.column] == "[":
        changed = _into_flow(written_there, place.column - 1, written(item), is_mapping=False)
        return _held("".join(_put(lines, place.line - 1, changed)), wanted, by_hand)
    indent = " " * (place.column - 1)
    added = f"{indent}- {written(item)}\n"
    return _held(_inserted(lines, place.line - 1, added), wanted, by_hand)


def new_profile(app: str, package: str) -> str:
    """The profile of an App of which nothing is known but its package."""
    return f"""\
# yaml-language-server: $schema=../../docs/schema/profile.schema.json
id: {app}
name: {{zh: {app}}}      # 改成 App 的名称 / write the App's name
city: 未填写             # 哪个城市 / whose
level: prefecture        # province | municipality | prefecture
android: {{package: {package}}}
verified: {{package: never, elements: never}}
sandbox: false           # 提交不会到达任何人时才写 true / true only where a commit reaches nobody
elements: {{}}
"""


# --- lines ----------------------------------------------------------------------------------------


def _tree(text: str) -> yaml_source.Mapping:
    root = read_source(text.encode()).root
    if not isinstance(root, yaml_source.Mapping):
        zh, en = "档案读不了，请先手工改好", "the profile cannot be read; mend it by hand first"
        raise UsageError(Words(zh=zh, en=en))
    return root


def _is_list(node: yaml_source.Node) -> bool:
    return isinstance(node, yaml_source.Sequence)


def _sibling(entries: Sequence[Entry], name: str) -> Entry:
    """The entry behind which a new one reads best: the last of the same first word, or the last."""
    word = name.partition(".")[0]
    alike = [each for each in entries if each.key.partition(".")[0] == word]
    return (alike or entries)[-1]


def _end(lines: Sequence[str], root: yaml_source.Mapping, parent: Entry, entry: Entry) -> int:
    """How many lines there are up to the end of an entry, without what is said of the next."""
    inside = parent.value.entries if isinstance(parent.value, yaml_source.Mapping) else ()
    later = [
        each.key_place.line
        for each in (*inside, *root.entries)
        if each.key_place.line > entry.key_place.line
    ]
    end = min(later, default=len(lines) + 1) - 1
    while end > entry.key_place.line and _says_nothing(lines[end - 1]):
        end -= 1
    return end


def _says_nothing(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _into_flow(line: str, column: int, item: str, *, is_mapping: bool) -> str:
    """A line with an item put first into the braces or brackets that open at a column."""
    empty = "{}" if is_mapping else "[]"
    if line[column : column + 2] == empty:
        if not is_mapping:
            return f"{line[:column]}[{item}]{line[column + 2 :]}"
        rest = line[column + 2 :].rstrip("\r\n")
        return f"{line[:column].rstrip()}{rest.rstrip()}\n  {item}\n"
    return f"{line[: column + 1]}{item}, {line[column + 1 :]}"


def _put(lines: list[str], index: int, line: str) -> list[str]:
    return [*lines[:index], line, *lines[index + 1 :]]


def _inserted(lines: list[str], index: int, line: str) -> str:
    before = "".join(lines[:index])
    if before and not before.endswith("\n"):
        before += "\n"
    return before + line + "".join(lines[index:])


def _appended(text: str, key: str, line: str) -> str:
    end = "" if text.endswith("\n") else "\n"
    return f"{text}{end}\n{key}:\n{line}\n"


def _held(text: str, wanted: Mapping[str, Any], by_hand: str) -> str:
    """The text, if it means what it should.

    Raises:
        UsageError: it does not, or holds what no profile may.
    """
    source = read_source(text.encode())
    if source.faults:
        raise UsageError(str(source.faults[0].message))
    if source.root is None or _listed(as_plain(source.root)) != _listed(wanted):
        raise _by_hand(by_hand)
    return text


def _listed(value: Any) -> Any:
    """With lists for tuples, so that both compare."""
    match value:
        case Mapping():
            return {key: _listed(each) for key, each in value.items()}
        case list() | tuple():
            return [_listed(each) for each in value]
        case _:
            return value


def _by_hand(line: str) -> UsageError:
    return UsageError(
        f"档案的写法这里改不了，请手工加上 / the file is written in a way that cannot be edited "
        f"here; add by hand: {line}"
    )
