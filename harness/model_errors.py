"""What pydantic finds wrong, in plain words: the one table of its error types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Literal, get_args, get_origin

from pydantic_core import ErrorDetails

from harness.examples import EXAMPLES, PATTERNS, STEP_EXAMPLES
from harness.model import BESIDE, LOCATOR_TAGS, STEP_TAGS
from harness.problem import Fault, shorten, suggest
from harness.spot import KEY, Spot, fields, follow
from harness.yaml_source import Mapping, Node, Scalar, Sequence

LOCATORS = "id, description, text, class, xpath, uiautomator, css"
"""`LOCATOR_TAGS`, in the order in which an element is best looked for."""


def explain(error: ErrorDetails, file: Spot) -> Fault | None:
    """Puts one of pydantic's errors into words; None when it only follows from another.

    Args:
        error: one of `ValidationError.errors()`.
        file: the spot of the whole file that was validated.
    """
    way = error["loc"]
    word = WORDING.get(error["type"], _untranslated)
    if error["type"] in ("missing", "extra_forbidden"):
        return word(error, follow(file, way[:-1]))
    spot = follow(file, way)
    if way[-1:] == (KEY,):
        entry_spot = follow(file, way[:-2]).at_key(str(way[-2])) or spot
        spot = _at_its_key(entry_spot)
    return word(error, spot)


def _at_its_key(spot: Spot) -> Spot:
    """The key itself, as if it were a value."""
    key = str(spot.path[-1])
    place = spot.key_place
    return Spot(spot.path, Scalar(key, key, place), place, place, spot.annotation, spot.model)


def describe(node: Node) -> str:
    """What was found, in words."""
    match node:
        case Scalar(value=None):
            return "nothing"
        case Scalar(value=bool()):
            return f"the word {node.text}"
        case Scalar(value=str()):
            return f"the text {shorten(node.text)!r}"
        case Scalar():
            return f"the number {shorten(node.text)}"
        case Sequence():
            return "a list" if node.items else "an empty list"
        case Mapping():
            keys = shorten(", ".join(node.keys))
            return f"a mapping with {_count(len(node.entries), 'key')}: {keys}" if keys else "{}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- a wording for each type of error -------------------------------------------------------------

Wording = Callable[[ErrorDetails, Spot], Fault | None]


def _here(spot: Spot, message: str) -> Fault:
    return Fault(spot.place, spot.path, message)


def _missing(error: ErrorDetails, spot: Spot) -> Fault:
    key = str(error["loc"][-1])
    example = EXAMPLES.get(f"{spot.path[-1]}.{key}" if spot.path else key) or EXAMPLES.get(key, key)
    message = f"the key {key!r} is missing; write {example}"
    return Fault(spot.place, (*spot.path, key), message)


def _unknown_key(error: ErrorDetails, spot: Spot) -> Fault:
    key = str(error["loc"][-1])
    known = tuple(fields(spot.model))
    message = f"no key is called {shorten(key)!r} here{suggest(key, known)}"
    found = spot.at_key(key)
    place = found.key_place if found else spot.place
    return Fault(place, (*spot.path, key), f"{_end(message)} Keys are: {', '.join(known)}")


def _end(message: str) -> str:
    """The message as a sentence that another may follow."""
    return message if message.endswith("?") else f"{message}."


def _not_text(_: ErrorDetails, spot: Spot) -> Fault:
    return _here(spot, _say_not_text(spot.node))


def _say_not_text(node: Node) -> str:
    hint = ""
    if isinstance(node, Scalar):
        hint = f'; put it in quotes: "{shorten(node.text)}"'
    return f"expected a text, found {describe(node)}{hint}"


def _expected(what: str) -> Wording:
    def word(_: ErrorDetails, spot: Spot) -> Fault:
        return _here(
            spot, f"expected {what}, found {describe(spot.node)}{_unquote(spot.node, what)}"
        )

    return word


def _unquote(node: Node, what: str) -> str:
    """What to write when a text was meant as the number or truth that is expected."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return ""
    if "number" in what:
        return _say_number(node.text)
    word = _TRUTHS.get(node.text.lower())
    return f"; write {word}" if word else ""


_TRUTHS = {
    **dict.fromkeys(("yes", "on", "y", "是"), "true"),
    **dict.fromkeys(("no", "off", "n", "否"), "false"),
}


def _say_number(text: str) -> str:
    number = re.match(r"\d[\d_,]*(\.\d+)?", text)
    if number is None or len(text) > 20 or ":" in text:
        return ""
    plain = re.sub("[_,]", "", number[0])
    if plain == text:
        return f"; write it without quotes: {plain}"
    return f"; write the number alone: {plain}"


def _bound(words: str, key: str) -> Wording:
    def word(error: ErrorDetails, spot: Spot) -> Fault:
        limit = error["ctx"][key]
        return _here(spot, f"must be {words} {limit:g}, but it is {describe(spot.node)}")

    return word


def _untranslated(error: ErrorDetails, spot: Spot) -> Fault:
    """A type of error that a test should have asked us to word. Never fatal."""
    return _here(spot, shorten(error["msg"]))


def _too_short_text(_: ErrorDetails, spot: Spot) -> Fault:
    return _here(spot, "the text is empty; write one, or leave the key out")


def _too_long_text(error: ErrorDetails, spot: Spot) -> Fault:
    limit = error["ctx"]["max_length"]
    return _here(spot, f"the text is longer than {limit} characters; write a shorter one")


def _too_short_list(error: ErrorDetails, spot: Spot) -> Fault | None:
    # Pydantic counts what was valid: when items are there, they have errors of their own.
    if isinstance(spot.node, Sequence) and len(spot.node.items) >= error["ctx"]["min_length"]:
        return None
    return _here(spot, "the list is empty; write at least one item, each on a line after '- '")


def _too_long_list(error: ErrorDetails, spot: Spot) -> Fault:
    limit = error["ctx"]["max_length"]
    return _here(
        spot, f"the list has more than {limit} items; split it, or move some to a shared file"
    )


def _pattern(error: ErrorDetails, spot: Spot) -> Fault:
    wanted = PATTERNS.get(pattern := error["ctx"]["pattern"], f"write what {pattern} matches")
    if error["loc"][-1] == KEY:
        wanted = wanted.partition(";")[0]
    return _here(spot, f"{describe(spot.node)} does not fit: {wanted}")


def _choice(_: ErrorDetails, spot: Spot) -> Fault:
    return _here(spot, _say_choice(spot.node, _choices(spot.annotation)))


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(map(str, get_args(annotation)))
    # A field that may be left out is a union of its words and None.
    return tuple(word for one in get_args(annotation) for word in _choices(one))


def _say_choice(node: Node, choices: Iterable[str]) -> str:
    names = tuple(choices)
    near = suggest(node.text, names) if isinstance(node, Scalar) else ""
    message = _end(f"{describe(node)} is not one of the words for this{near}")
    return f"{message} Words are: {', '.join(names)}"


def _not_a_list(_: ErrorDetails, spot: Spot) -> Fault:
    return _here(spot, f"expected a list, found {describe(spot.node)}; put it in [ ]")


def _not_a_mapping(_: ErrorDetails, spot: Spot) -> Fault:
    message = f"expected 'key: value' lines, found {describe(spot.node)}{_colon_hint(spot.node)}"
    return _here(spot, message)


def _colon_hint(node: Node) -> str:
    """That a text was meant as `key: value`, when it looks so."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return ""
    if "：" in node.text:
        return "; it has the Chinese colon “：”; write ': ' (a colon and a space)"
    return "; a space is missing after the colon" if re.match(r"\w+:\S", node.text) else ""


def _not_a_model(error: ErrorDetails, spot: Spot) -> Fault:
    if len(spot.path) == 0:
        return _here(spot, f"expected 'key: value' lines, found {describe(spot.node)}")
    tag = error["loc"][-1]
    is_bare = isinstance(spot.node, Scalar) and spot.node.text == tag and tag in STEP_TAGS
    if is_bare:
        return _here(spot, f"{tag} needs to be told what; write {STEP_EXAMPLES[str(tag)]!r}")
    keys = ", ".join(fields(spot.model))
    hint = _colon_hint(spot.node) or _example(str(spot.path[-1]))
    message = f"expected a mapping with these keys: {keys}; found {describe(spot.node)}{hint}"
    return _here(spot, message)


def _example(key: str) -> str:
    example = STEP_EXAMPLES.get(key) or EXAMPLES.get(key)
    return f"; write {example}" if example else ""


def _whole_file(error: ErrorDetails, spot: Spot) -> Fault:
    """A validator of a whole model says first which field it is about: `field: ...`."""
    message = str(error["ctx"]["error"])
    field, colon, rest = message.partition(": ")
    found = spot.at_key(field) if colon else None
    return _here(found, rest) if found else _here(spot, message)


# --- unions ---------------------------------------------------------------------------------------


def _no_member(error: ErrorDetails, spot: Spot) -> Fault:
    """None of the members of a union is meant: which union it is, its discriminator says."""
    return _UNIONS[error["ctx"]["discriminator"]](spot)


def _no_step(spot: Spot) -> Fault:
    match node := _without_beside(spot.node):
        case Mapping(entries=entries) if len(entries) > 1:
            return _several_keys_in_step(spot, node)
        case Mapping(entries=(entry,)) if entry.key == BESIDE:
            example = f"{STEP_EXAMPLES['tap']}, {BESIDE}: webview"
            message = f"{BESIDE!r} says where a step is taken; write the step too: {{{example}}}"
            return _here(spot, message)
        case Mapping(entries=(entry,)):
            return _here(_at_its_key(spot.at_entry(entry)), _say_unknown_step(entry.key))
        case Scalar(value=str()):
            return _here(spot, _say_unknown_step(node.text))
    return _here(
        spot, f"expected a step, found {describe(spot.node)}; write one as 'tap: home.search'"
    )


def _without_beside(node: Node) -> Node:
    """A step without what may stand beside its one key, when it has anything else."""
    if not isinstance(node, Mapping):
        return node
    entries = tuple(entry for entry in node.entries if entry.key != BESIDE)
    return replace(node, entries=entries) if entries else node


def _say_unknown_step(word: str) -> str:
    hint = suggest(word, STEP_TAGS)
    for colon, name in (
        ("：", "the Chinese colon “：”"),
        (":", "a colon without a space after it"),
    ):
        begin, found, rest = word.partition(colon)
        if found and begin in STEP_TAGS:
            return f"{shorten(word)!r} has {name}; write '{begin}: {shorten(rest.strip())}'"
    return f"{_end(f'no step is called {shorten(word)!r}{hint}')} Steps are: {', '.join(STEP_TAGS)}"


def _several_keys_in_step(spot: Spot, node: Mapping) -> Fault:
    first, second, *_ = node.entries
    count = "two" if len(node.entries) == 2 else str(len(node.entries))
    names = shorten(", ".join(node.keys))
    hint = "put a dash before each"
    if first.key in STEP_TAGS and second.key not in STEP_TAGS:
        hint = f"indent what belongs to {first.key!r} deeper than it"
    message = f"a step has one key; these are {count}: {names}; {hint}"
    return Fault(second.key_place, spot.path, message)


def _no_locator(spot: Spot) -> Fault:
    match spot.node:
        case Mapping(entries=(_, second, *_)):
            message = (
                f"an element is found by one key; these are {len(spot.node.entries)}: "
                f"{shorten(', '.join(spot.node.keys))}; keep one of them"
            )
            return Fault(second.key_place, spot.path, message)
        case Mapping(entries=(entry,)):
            return _here(_at_its_key(spot.at_entry(entry)), _say_unknown_locator(entry.key))
    hint = "write it as {text: 搜索}, or as a name from the App's profile"
    if get_origin(spot.annotation) is not None and isinstance(spot.node, Scalar):
        hint = "write it as {id: home_search} or {text: 搜索}"
    return _here(spot, f"expected a way to find an element, found {describe(spot.node)}; {hint}")


def _say_unknown_locator(key: str) -> str:
    message = f"no way to find an element is called {shorten(key)!r}{suggest(key, LOCATOR_TAGS)}"
    return f"{_end(message)} Ways are: {LOCATORS}"


def _no_text_match(spot: Spot) -> Fault:
    if isinstance(spot.node, Scalar):
        return _here(spot, _say_not_text(spot.node))
    found = describe(spot.node)
    near = ""
    if isinstance(spot.node, Mapping) and len(spot.node.entries) == 1:
        near = suggest(spot.node.entries[0].key, ("contains", "matches"))
    message = f"expected a text, {{contains: text}} or {{matches: expression}}, found {found}{near}"
    return _here(spot, message)


def _no_device(spot: Spot) -> Fault:
    kind = spot.at_key("kind")
    if kind is None:
        path = (*spot.path, "kind")
        message = "the key 'kind' is missing; write kind: simulated or kind: remote"
        return Fault(spot.place, path, message)
    return _here(kind, _say_choice(kind.node, ("simulated", "remote")))


def _not_a_device(_: ErrorDetails, spot: Spot) -> Fault:
    example = EXAMPLES["devices"].partition("phone: ")[2][:-1]
    return _here(spot, f"expected a device, found {describe(spot.node)}; write it as {example}")


_UNIONS: dict[str, Callable[[Spot], Fault]] = {
    "_step_tag()": _no_step,
    "_sole_key()": _no_locator,
    "_text_match_tag()": _no_text_match,
    "'kind'": _no_device,
}

WORDING: dict[str, Wording] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "string_type": _not_text,
    "string_too_short": _too_short_text,
    "string_too_long": _too_long_text,
    "string_pattern_mismatch": _pattern,
    "int_type": _expected("a whole number"),
    "float_type": _expected("a number"),
    "bool_type": _expected("true or false"),
    "greater_than": _bound("more than", "gt"),
    "greater_than_equal": _bound("at least", "ge"),
    "less_than": _bound("less than", "lt"),
    "less_than_equal": _bound("at most", "le"),
    "literal_error": _choice,
    "tuple_type": _not_a_list,
    "too_short": _too_short_list,
    "too_long": _too_long_list,
    "dict_type": _not_a_mapping,
    "mapping_type": _not_a_mapping,
    "model_type": _not_a_model,
    "model_attributes_type": _not_a_device,
    "value_error": _whole_file,
    "union_tag_invalid": _no_member,
    "union_tag_not_found": _no_member,
}
"""Every type of error that our models can produce; a test sorts all that pydantic knows."""
