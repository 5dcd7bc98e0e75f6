"""What pydantic finds wrong, in plain words: the one table of its error types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from harness.examples import EXAMPLES, PATTERNS, STEP_EXAMPLES
from harness.model import BESIDE, ELEMENT_NAME, STEP_TAGS, Locator, Mistake, TextMatch, Words
from harness.problem import Fault, cite, join, listed, sentence, shorten, suggest
from harness.spot import KEY, Spot, descend, fields, follow, tags_of
from harness.yaml_source import Mapping, Node, Scalar, Sequence

LOCATORS = tags_of(Locator)
"""The keys by which elements are found, in the order in which one is best looked for."""


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


def describe(node: Node) -> Words:
    """What was found, in words."""
    match node:
        case Scalar():
            return _describe_scalar(node)
        case Sequence():
            empty, full = Words(zh="空列表", en="an empty list"), Words(zh="列表", en="a list")
            return full if node.items else empty
        case Mapping():
            return _describe_mapping(node)


def _describe_scalar(node: Scalar) -> Words:
    match node.value:
        case None:
            return Words(zh="空值", en="nothing")
        case bool():
            return Words(zh=f"单词 {node.text}", en=f"the word {node.text}")
        case str():
            text = cite(node.text)
            return Words(zh=f"文字{text.zh}", en=f"the text {text.en}")
    number = shorten(node.text)
    return Words(zh=f"数字 {number}", en=f"the number {number}")


def _describe_mapping(node: Mapping) -> Words:
    if not any(node.keys):
        return Words.same("{}")
    count, keys = len(node.entries), listed(node.keys)
    return Words(
        zh=f"一组键（{shorten(keys.zh)}）",
        en=f"a mapping with {count} {'key' if count == 1 else 'keys'}: {shorten(keys.en)}",
    )


# --- a wording for each type of error -------------------------------------------------------------

Wording = Callable[[ErrorDetails, Spot], Fault | None]


def _here(spot: Spot, message: Words) -> Fault:
    return Fault(spot.place, spot.path, message)


def _missing(error: ErrorDetails, spot: Spot) -> Fault:
    key = str(error["loc"][-1])
    return Fault(spot.place, (*spot.path, key), _say_missing(key, example_of(spot.model, key)))


def _say_missing(key: str, example: Words) -> Words:
    return Words(
        zh=f"缺少 {key}；请写 {example.zh}", en=f"the key {key!r} is missing; write {example.en}"
    )


def example_of(model: type[BaseModel], key: str) -> Words:
    """What to write for a key of a model."""
    words = _choices(fields(model)[key])
    example = EXAMPLES.get(f"{model.__name__}.{key}") or EXAMPLES.get(key) or Words.same(key)
    # Several models have a key of this name, each with words of its own.
    is_others = bool(words) and example.en.removeprefix(f"{key}: ") not in words
    return Words.same(f"{key}: {words[0]}") if is_others else example


def _unknown_key(error: ErrorDetails, spot: Spot) -> Fault:
    key = str(error["loc"][-1])
    name, known = cite(key), tuple(fields(spot.model))
    message = Words(zh=f"这里没有{name.zh}这个键", en=f"no key is called {name.en} here")
    keys = listed(known)
    found = spot.at_key(key)
    place = found.key_place if found else spot.place
    return Fault(
        place,
        (*spot.path, key),
        join(
            sentence(join(message, suggest(key, known))),
            Words(zh=f"可用的键：{keys.zh}", en=f"Keys are: {keys.en}"),
        ),
    )


def _not_text(_: ErrorDetails, spot: Spot) -> Fault:
    return _here(spot, _say_not_text(spot.node))


def _say_not_text(node: Node) -> Words:
    hint = None
    if isinstance(node, Scalar):
        quoted = f'"{shorten(node.text)}"'
        hint = Words(zh=f"；请加引号：{quoted}", en=f"; put it in quotes: {quoted}")
    return join(_say_expected(Words(zh="文字", en="a text"), node), hint)


def _say_expected(what: Words, node: Node) -> Words:
    found = describe(node)
    return Words(zh=f"应为{what.zh}，实际为{found.zh}", en=f"expected {what.en}, found {found.en}")


def _expected(what: Words, mend: Callable[[str], Words | None]) -> Wording:
    """A wording for another type of value, and what to write when a text was meant as one."""

    def word(_: ErrorDetails, spot: Spot) -> Fault:
        node = spot.node
        is_text = isinstance(node, Scalar) and isinstance(node.value, str)
        hint = mend(node.text) if isinstance(node, Scalar) and is_text else None
        return _here(spot, join(_say_expected(what, node), hint))

    return word


def _say_truth(text: str) -> Words | None:
    word = _TRUTHS.get(text.lower())
    return Words(zh=f"；请写 {word}", en=f"; write {word}") if word else None


_TRUTHS = {
    **dict.fromkeys(("yes", "on", "y", "是"), "true"),
    **dict.fromkeys(("no", "off", "n", "否"), "false"),
}


def _say_number(text: str) -> Words | None:
    number = re.match(r"\d[\d_,]*(\.\d+)?", text)
    if number is None or len(text) > 20 or ":" in text:
        return None
    plain = re.sub("[_,]", "", number[0])
    if plain == text:
        return Words(zh=f"；请去掉引号：{plain}", en=f"; write it without quotes: {plain}")
    return Words(zh=f"；请只写数字：{plain}", en=f"; write the number alone: {plain}")


def _bound(words: Words, key: str) -> Wording:
    def word(error: ErrorDetails, spot: Spot) -> Fault:
        limit, found = error["ctx"][key], describe(spot.node)
        message = Words(
            zh=f"{words.zh} {limit:g}，实际为{found.zh}",
            en=f"must be {words.en} {limit:g}, but it is {found.en}",
        )
        return _here(spot, message)

    return word


def _untranslated(error: ErrorDetails, spot: Spot) -> Fault:
    """A type of error that a test should have asked us to word. Never fatal."""
    said = shorten(error["msg"])
    return _here(spot, Words(zh=f"这里不对：{said}", en=said))


def _too_short_text(_: ErrorDetails, spot: Spot) -> Fault:
    message = Words(
        zh="文字是空的；请填写，或去掉这个键",
        en="the text is empty; write one, or leave the key out",
    )
    return _here(spot, message)


def _too_long_text(error: ErrorDetails, spot: Spot) -> Fault:
    limit = error["ctx"]["max_length"]
    message = Words(
        zh=f"文字超过 {limit} 个字符；请缩短",
        en=f"the text is longer than {limit} characters; write a shorter one",
    )
    return _here(spot, message)


def _too_short_list(error: ErrorDetails, spot: Spot) -> Fault | None:
    # Pydantic counts what was valid: when items are there, they have errors of their own.
    if isinstance(spot.node, Sequence) and len(spot.node.items) >= error["ctx"]["min_length"]:
        return None
    message = Words(
        zh="列表是空的；至少写一项，每项一行，以“- ”开头",
        en="the list is empty; write at least one item, each on a line after '- '",
    )
    return _here(spot, message)


def _too_long_list(error: ErrorDetails, spot: Spot) -> Fault:
    limit = error["ctx"]["max_length"]
    message = Words(
        zh=f"列表超过 {limit} 项；请拆开，或把一部分移到共用步骤的文件里",
        en=f"the list has more than {limit} items; split it, or move some to a shared file",
    )
    return _here(spot, message)


def _pattern(error: ErrorDetails, spot: Spot) -> Fault:
    found, pattern = describe(spot.node), error["ctx"]["pattern"]
    wanted = PATTERNS.get(pattern) or Words(
        zh=f"请按 {pattern} 写", en=f"write what {pattern} matches"
    )
    message = Words(
        zh=f"{found.zh}写法不对：{wanted.zh}", en=f"{found.en} does not fit: {wanted.en}"
    )
    is_key = error["loc"][-1] == KEY
    return _here(spot, message if is_key or pattern != ELEMENT_NAME else join(message, _OR_A_TEXT))


_OR_A_TEXT = Words(
    zh="；要指屏幕上的文字，请写 {text: 搜索}", en="; a text that is shown is written {text: 搜索}"
)


def _choice(_: ErrorDetails, spot: Spot) -> Fault:
    return _here(spot, _say_choice(spot.node, _choices(spot.annotation)))


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(map(str, get_args(annotation)))
    # A field that may be left out is a union of its words and None.
    return tuple(word for one in get_args(annotation) for word in _choices(one))


def _say_choice(node: Node, choices: Iterable[str]) -> Words:
    names = tuple(choices)
    words, found = listed(names), describe(node)
    is_text = isinstance(node, Scalar) and isinstance(node.value, str)
    message = Words(
        zh=f"没有“{shorten(node.text)}”这个词"
        if isinstance(node, Scalar) and is_text
        else f"{found.zh}不能用在这里",
        en=f"{found.en} is not one of the words for this",
    )
    near = suggest(node.text, names) if isinstance(node, Scalar) else None
    return join(
        sentence(join(message, near)), Words(zh=f"可写：{words.zh}", en=f"Words are: {words.en}")
    )


def _not_a_list(_: ErrorDetails, spot: Spot) -> Fault:
    message = _say_expected(Words(zh="列表", en="a list"), spot.node)
    return _here(spot, join(message, Words(zh="；请放进 [ ]", en="; put it in [ ]")))


_KEY_LINES = Words(zh="若干行“键: 值”", en="'key: value' lines")


def _not_a_mapping(_: ErrorDetails, spot: Spot) -> Fault:
    return _here(spot, join(_say_expected(_KEY_LINES, spot.node), _colon_hint(spot.node)))


def _colon_hint(node: Node) -> Words | None:
    """That a text was meant as `key: value`, when it looks so."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return None
    if "：" in node.text:
        return Words(
            zh="；里面用了中文冒号“：”，请改成“: ”（英文冒号加空格）",
            en="; it has the Chinese colon “：”; write ': ' (a colon and a space)",
        )
    if re.match(r"\w+:\S", node.text):
        return Words(zh="；冒号后面缺一个空格", en="; a space is missing after the colon")
    return None


def _not_a_model(error: ErrorDetails, spot: Spot) -> Fault:
    if len(spot.path) == 0:
        return _here(spot, _say_expected(_KEY_LINES, spot.node))
    tag = error["loc"][-1]
    is_bare = isinstance(spot.node, Scalar) and spot.node.text == tag and tag in STEP_TAGS
    if is_bare:
        return _here(spot, _say_needs_more(str(tag)))
    keys, found = listed(fields(spot.model)), describe(spot.node)
    message = Words(
        zh=f"这里要写这几个键：{keys.zh}；实际为{found.zh}",
        en=f"expected a mapping with these keys: {keys.en}; found {found.en}",
    )
    return _here(spot, join(message, _colon_hint(spot.node) or _example(str(spot.path[-1]))))


def _say_needs_more(tag: str) -> Words:
    example = STEP_EXAMPLES[tag]
    return Words(
        zh=f"{tag} 后面还要写内容；请写“{example}”",
        en=f"{tag} needs to be told what; write {example!r}",
    )


def _example(key: str) -> Words | None:
    example = Words.same(STEP_EXAMPLES[key]) if key in STEP_EXAMPLES else EXAMPLES.get(key)
    return Words(zh=f"；请写 {example.zh}", en=f"; write {example.en}") if example else None


def _whole_model(error: ErrorDetails, spot: Spot) -> Fault:
    """What a validator of a model finds, where it says that it is."""
    mistake = error["ctx"]["error"]
    if isinstance(mistake, Mistake):
        return _here(descend(spot, mistake.at), mistake.words)
    return _untranslated(error, spot)


# --- unions ---------------------------------------------------------------------------------------


def _no_member(error: ErrorDetails, spot: Spot) -> Fault:
    """None of the members of a union is meant: which union it is, its discriminator says."""
    return _UNIONS[error["ctx"]["discriminator"]](spot)


def _no_step(spot: Spot) -> Fault:
    match node := _without_beside(spot.node):
        case Mapping(entries=entries) if len(entries) > 1:
            return _several_keys_in_step(spot, node)
        case Mapping(entries=(entry,)) if entry.key == BESIDE:
            return _here(spot, _say_only_beside())
        case Mapping(entries=(entry,)):
            return _here(_at_its_key(spot.at_entry(entry)), _say_unknown_step(entry.key))
        case Scalar(value=str()):
            return _here(spot, _say_unknown_step(node.text))
    message = _say_expected(Words(zh="步骤", en="a step"), spot.node)
    example = STEP_EXAMPLES["tap"]
    hint = Words(zh=f"；请写成“{example}”这样", en=f"; write one as {example!r}")
    return _here(spot, join(message, hint))


def _without_beside(node: Node) -> Node:
    """A step without what may stand beside its one key, when it has anything else."""
    if not isinstance(node, Mapping):
        return node
    entries = tuple(entry for entry in node.entries if entry.key != BESIDE)
    return replace(node, entries=entries) if entries else node


def _say_only_beside() -> Words:
    example = f"{{{STEP_EXAMPLES['tap']}, {BESIDE}: webview}}"
    return Words(
        zh=f"{BESIDE} 只说在哪里做；还要写上步骤：{example}",
        en=f"{BESIDE!r} says where a step is taken; write the step too: {example}",
    )


_COLONS = {
    "：": Words(zh="用了中文冒号“：”", en="the Chinese colon “：”"),
    ":": Words(zh="的冒号后面缺一个空格", en="a colon without a space after it"),
}


def _say_unknown_step(word: str) -> Words:
    name, steps = cite(word), listed(STEP_TAGS)
    for colon, what in _COLONS.items():
        begin, found, rest = word.partition(colon)
        if found and begin in STEP_TAGS:
            written = f"{begin}: {shorten(rest.strip())}"
            return Words(
                zh=f"{name.zh}{what.zh}；请写“{written}”",
                en=f"{name.en} has {what.en}; write '{written}'",
            )
    message = Words(zh=f"没有{name.zh}这种步骤", en=f"no step is called {name.en}")
    return join(
        sentence(join(message, suggest(word, STEP_TAGS))),
        Words(zh=f"可用的步骤：{steps.zh}", en=f"Steps are: {steps.en}"),
    )


def _several_keys_in_step(spot: Spot, node: Mapping) -> Fault:
    first, second, *_ = node.entries
    count, names = len(node.entries), listed(node.keys)
    hint = Words(zh="请在每个前面各加一个“- ”", en="put a dash before each")
    if first.key in STEP_TAGS and second.key not in STEP_TAGS:
        hint = Words(
            zh=f"属于 {first.key} 的，请比它多缩进一层",
            en=f"indent what belongs to {first.key!r} deeper than it",
        )
    message = Words(
        zh=f"一个步骤只有一个键，这里有 {count} 个：{shorten(names.zh)}；{hint.zh}",
        en=f"a step has one key; these are {'two' if count == 2 else count}: "
        f"{shorten(names.en)}; {hint.en}",
    )
    return Fault(second.key_place, spot.path, message)


def _no_locator(spot: Spot) -> Fault:
    match spot.node:
        case Mapping(entries=(_, second, *_)):
            count, names = len(spot.node.entries), listed(spot.node.keys)
            message = Words(
                zh=f"定位一个元素只用一个键，这里有 {count} 个：{shorten(names.zh)}；请只留一个",
                en=f"an element is found by one key; these are {count}: {shorten(names.en)}; "
                "keep one of them",
            )
            return Fault(second.key_place, spot.path, message)
        case Mapping(entries=(entry,)):
            return _here(_at_its_key(spot.at_entry(entry)), _say_unknown_locator(entry.key))
    hint = Words(
        zh="；请写 {text: 搜索}，或写档案里的名称",
        en="; write it as {text: 搜索}, or as a name from the App's profile",
    )
    if get_origin(spot.annotation) is not None and isinstance(spot.node, Scalar):
        hint = Words(
            zh="；请写 {id: home_search} 或 {text: 搜索}",
            en="; write it as {id: home_search} or {text: 搜索}",
        )
    message = _say_expected(Words(zh="定位", en="a way to find an element"), spot.node)
    return _here(spot, join(message, hint))


def _say_unknown_locator(key: str) -> Words:
    name, ways = cite(key), listed(LOCATORS)
    message = Words(
        zh=f"没有{name.zh}这种定位", en=f"no way to find an element is called {name.en}"
    )
    return join(
        sentence(join(message, suggest(key, LOCATORS))),
        Words(zh=f"可用的定位：{ways.zh}", en=f"Ways are: {ways.en}"),
    )


_TEXT_MATCH = Words(
    zh="文字、{contains: 文字} 或 {matches: 表达式}",
    en="a text, {contains: text} or {matches: expression}",
)


def _no_text_match(spot: Spot) -> Fault:
    if isinstance(spot.node, Scalar):
        return _here(spot, _say_not_text(spot.node))
    near = None
    if isinstance(spot.node, Mapping) and len(spot.node.entries) == 1:
        near = suggest(spot.node.entries[0].key, tags_of(TextMatch)[1:])
    return _here(spot, join(_say_expected(_TEXT_MATCH, spot.node), near))


def _no_device(spot: Spot) -> Fault:
    kinds = tags_of(spot.annotation)
    kind = spot.at_key("kind")
    if kind is not None:
        return _here(kind, _say_choice(kind.node, kinds))
    *others, last = kinds
    either = Words(
        zh=f"kind: {'、'.join(others)} 或 {last}", en=f"kind: {', '.join(others)} or {last}"
    )
    return Fault(spot.place, (*spot.path, "kind"), _say_missing("kind", either))


def _not_a_device(_: ErrorDetails, spot: Spot) -> Fault:
    example = EXAMPLES["devices"].en.partition("phone: ")[2][:-1]
    message = _say_expected(Words(zh="设备", en="a device"), spot.node)
    return _here(spot, join(message, Words(zh=f"；请写 {example}", en=f"; write it as {example}")))


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
    "int_type": _expected(Words(zh="整数", en="a whole number"), _say_number),
    "float_type": _expected(Words(zh="数字", en="a number"), _say_number),
    "bool_type": _expected(Words(zh=" true 或 false", en="true or false"), _say_truth),
    "greater_than": _bound(Words(zh="应大于", en="more than"), "gt"),
    "greater_than_equal": _bound(Words(zh="不能小于", en="at least"), "ge"),
    "less_than": _bound(Words(zh="应小于", en="less than"), "lt"),
    "less_than_equal": _bound(Words(zh="不能大于", en="at most"), "le"),
    "literal_error": _choice,
    "tuple_type": _not_a_list,
    "too_short": _too_short_list,
    "too_long": _too_long_list,
    "dict_type": _not_a_mapping,
    "mapping_type": _not_a_mapping,
    "model_type": _not_a_model,
    "model_attributes_type": _not_a_device,
    "value_error": _whole_model,
    "union_tag_invalid": _no_member,
    "union_tag_not_found": _no_member,
}
"""Every type of error that our models can produce; a test sorts all that pydantic knows."""
