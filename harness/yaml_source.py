"""From bytes to a tree of values, each with its place, within limits.

A tree and not the loader's dictionaries, because every message must say where.
The limits hold while the parser's events arrive, before anything is built: a
YAML bomb is a message, not a hang.

What a bare word means follows the YAML 1.2 core schema, which editors use too:
only `true`, `false`, `null` and decimal numbers are more than text. `yes`, `no`,
`1:30`, `1_000`, `0x1F` and `2022-05-01` stay what they look like. Tags, merge keys
(`<<`) and several documents in a file are refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from harness.model import Words
from harness.problem import Fault, FieldPath, Place, join, shorten, suggest
from harness.yaml_errors import explain_syntax

MAX_BYTES = 256 * 1024
MAX_DEPTH = 40
MAX_ALIASES = 50
MAX_VALUES = 10_000
"""Keys, texts, lists and mappings of one file, counted after aliases are filled in."""

MAX_REREAD = 64 * 1024
"""Characters of a broken file that are read once more, by the slower parser."""

Plain = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, and how it is written."""

    value: Plain
    text: str
    place: Place
    values: int = 1
    height: int = 0


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    place: Place
    values: int
    """It and all that is below it, aliases filled in."""
    height: int
    """Levels below it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value."""

    key: str
    key_place: Place
    value: Node

    @property
    def place(self) -> Place:
        """Of the value, if it begins on the line of its key; otherwise of the key."""
        same_line = self.value.place.line == self.key_place.line
        return self.value.place if same_line else self.key_place


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and their values, in the order of the file."""

    entries: tuple[Entry, ...]
    place: Place
    values: int
    height: int

    def entry(self, key: str | int) -> Entry | None:
        """The entry of a key, if there is one."""
        return next((entry for entry in self.entries if entry.key == key), None)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys alone."""
        return tuple(entry.key for entry in self.entries)


Node = Scalar | Sequence | Mapping


def walk(node: Node | None, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Node]]:
    """Every value of a file with its path, a mapping before what is in it."""
    if node is None:
        return
    yield path, node
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from walk(item, (*path, index))
    elif isinstance(node, Mapping):
        for entry in node.entries:
            yield from walk(entry.value, (*path, entry.key))


def texts(node: Node | None) -> Iterator[tuple[FieldPath, Scalar]]:
    """Every text of a file with its path."""
    for path, found in walk(node):
        if path and isinstance(found, Scalar) and isinstance(found.value, str):
            yield path, found


def is_text(node: Node) -> bool:
    """Whether a node is a text."""
    return isinstance(node, Scalar) and isinstance(node.value, str)


def as_plain(node: Node) -> Any:
    """The bare values of a node, lists as tuples: what a strict model takes."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return tuple(as_plain(item) for item in node.items)
        case Mapping():
            return {entry.key: as_plain(entry.value) for entry in node.entries}


class Unreadable(Exception):
    """Nothing can be made of the text; the fault says why. Never leaves the loader."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Source:
    """A text, and the tree that was read from it as far as that was possible."""

    lines: tuple[str, ...]
    root: Node | None
    """None when the YAML is broken."""
    faults: tuple[Fault, ...]


def read_source(raw: bytes) -> Source:
    """Reads the bytes of a file, at most one more than `MAX_BYTES`."""
    try:
        text = decode(raw)
    except Unreadable as unreadable:
        return Source(lines=_lines_for(raw), root=None, faults=(unreadable.fault,))
    # What is said about a file must not depend on how PyYAML was installed. The parsers differ
    # about question marks between brackets, and in how they word what is broken.
    parser = PURE_PARSER if "?" in text else PARSER
    composer = _Composer(text, parser)
    root = composer.compose()
    if composer.broken and len(text) <= MAX_REREAD:
        composer = _Composer(text, PURE_PARSER)
        root = composer.compose()
    return Source(tuple(text.split("\n")), root, tuple(composer.faults))


# --- bytes -> text --------------------------------------------------------------------------------

_FORBIDDEN = re.compile("[^\\n\\r\\x20-\\x7e\\xa0-\\u2027\\u202a-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]|\\r(?!\\n)")  # fmt: skip  # noqa: E501  one character class
"""Tabs, about which parsers differ; characters that YAML forbids, or that it takes for the end
of a line as no editor does."""

_SAVE_AS_UTF8 = Words(
    zh="；请另存为 UTF-8（VS Code：状态栏里的编码；记事本：另存为）",
    en="; save it as UTF-8 (VS Code: the encoding in the status bar, Notepad: Save as)",
)


def decode(raw: bytes) -> str:
    """The text of a UTF-8 file, a byte-order mark left out.

    Raises:
        Unreadable: too large, in another encoding, binary, or with characters that YAML forbids.
    """
    if len(raw) > MAX_BYTES:
        _refuse(_TOO_LARGE)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _refuse(join(Words(zh="文件是 UTF-16 编码", en="the file is UTF-16"), _SAVE_AS_UTF8))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The error counts from behind the mark.
        start = error.start + (3 if raw.startswith(codecs.BOM_UTF8) else 0)
        _refuse(join(_name_encoding(raw), _SAVE_AS_UTF8), _place_of_byte(raw, start))
    found = _FORBIDDEN.search(text)
    if found:
        _refuse(_name_forbidden(text, found.start()), _place_of_index(text, found.start()))
    return text.replace("\r\n", "\n")


_TOO_LARGE = Words(
    zh=f"文件大于 {MAX_BYTES // 1024} KiB；一个任务只有一两页：请拆开，"
    "或把重复的移到 scenarios/shared/",
    en=f"the file is larger than {MAX_BYTES // 1024} KiB; "
    "a task is a page or two: split it, or move what repeats to scenarios/shared/",
)
START = Place(1, 1)


def _refuse(message: Words, place: Place = START) -> NoReturn:
    raise Unreadable(Fault(place, (), message))


def _name_encoding(raw: bytes) -> Words:
    if b"\0" in raw:
        return Words(zh="这不是文本文件", en="this is not a text file")
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return Words(zh="文件不是 UTF-8 编码", en="the file is not UTF-8")
    return Words(
        zh="文件不是 UTF-8 编码，看起来是 GBK", en="the file is not UTF-8 but looks like GBK"
    )


def _name_forbidden(text: str, index: int) -> Words:
    character = text[index]
    if character == "\0" and text.count("\0") > len(text) // 4:
        return join(
            Words(zh="文件看起来是 UTF-16 编码", en="the file looks like UTF-16"), _SAVE_AS_UTF8
        )
    if character == "\0":
        nul = Words(
            zh="这不是文本文件，里面有 NUL 字符",
            en="this is not a text file, there is a NUL character in it",
        )
        return join(nul, _SAVE_AS_UTF8)
    return _CHARACTERS.get(character) or Words(
        zh=f"这里有看不见的字符 U+{ord(character):04X}，不能使用；请删去",
        en=f"the invisible character U+{ord(character):04X} cannot be used here; delete it",
    )


_CHARACTERS = {
    "\t": Words(
        zh="这里是制表符；YAML 用空格缩进：请写 2 个空格",
        en="a tab; YAML is indented with spaces: write 2 spaces",
    ),
    "\r": Words(
        zh="这里只有回车，没有换行；请以 Unix 换行（LF）保存文件",
        en="a carriage return without a line feed; save the file with Unix line ends (LF)",
    ),
}
"""What is said of characters that people do type."""


def _place_of_byte(raw: bytes, index: int) -> Place:
    before = raw[:index].decode("utf-8-sig", errors="replace")
    return _place_of_index(before, len(before))


def _place_of_index(text: str, index: int) -> Place:
    start = text.rfind("\n", 0, index) + 1
    return Place(text.count("\n", 0, index) + 1, index - start + 1)


def _lines_for(raw: bytes) -> tuple[str, ...]:
    return tuple(raw[:MAX_BYTES].decode("utf-8-sig", errors="replace").split("\n"))


# --- text -> tree ---------------------------------------------------------------------------------


PURE_PARSER = yaml.SafeLoader
"""Reads what libyaml reads; used for its events alone, as the other is."""

PARSER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else PURE_PARSER
"""The parser that reads files: libyaml's, ten times faster, where PyYAML has it."""

_INTEGER = re.compile(r"[-+]?[0-9]{1,40}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,4})?")
_WORDS: dict[str, Plain] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_UNFIT = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")  # fmt: skip  # noqa: E501  one character class
"""What escapes can put into a text that no phone or record can hold."""


def resolve(text: str) -> Plain:
    """What a bare word means: YAML 1.2 core, without octal, hexadecimal, infinity and NaN."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


_NO_KEY = "(no key)"
"""In place of a key that cannot be one."""


class _Fatal(Exception):
    """Composing cannot go on; the fault is noted."""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    is_mapping: bool
    place: Place
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    key: Scalar | None = None
    values: int = 1
    height: int = 0

    @property
    def next_piece(self) -> tuple[str | int, ...]:
        """What the next value adds to the field path."""
        if not self.is_mapping:
            return (len(self.items),)
        return () if self.key is None else (self.key.text,)

    def close(self) -> Node:
        if self.is_mapping:
            entries = tuple(self.entries.values())
            return Mapping(entries, self.place, self.values, self.height)
        return Sequence(tuple(self.items), self.place, self.values, self.height)


class _Composer:
    """Turns the parser's events into one tree, noting every fault on the way."""

    def __init__(self, text: str, parser: Any) -> None:
        self._text = text
        self._parser = parser
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._aliases = 0
        self._values = 0
        self._documents = 0
        self._root: Node | None = None
        self.faults: list[Fault] = []
        self.broken = False

    def compose(self) -> Node | None:
        """The root of the tree; None when the YAML is broken or beyond the limits."""
        try:
            for event in self._events():
                self._take(event)
        except yaml.YAMLError as error:
            self.broken = True
            place, message = explain_syntax(error, self._text)
            self._note(place, message)
            return None
        except _Fatal:
            return None
        if self._root is None and not self.faults:
            self._note(Place(1, 1), _EMPTY)
        return self._root

    def _events(self) -> Iterator[yaml.Event]:
        parser = self._parser(self._text)
        while parser.check_event():
            yield parser.get_event()

    def _take(self, event: yaml.Event) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self._start_document(event)
            case yaml.AliasEvent():
                self._add_alias(event)
            case yaml.ScalarEvent():
                self._check_tag(event)
                self._add(self._read_scalar(event), event.anchor)
            case yaml.CollectionStartEvent():
                self._check_tag(event)
                self._start_collection(event)
            case yaml.CollectionEndEvent():
                closed = self._open.pop()
                self._add(closed.close(), closed.anchor)

    def _start_document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(_place(event), _TWO_DOCUMENTS)

    def _start_collection(self, event: yaml.CollectionStartEvent) -> None:
        self._count(1, _place(event))
        if len(self._open) >= MAX_DEPTH:
            self._stop(_place(event), _TOO_DEEP)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._open.append(_Open(is_mapping, _place(event), event.anchor))

    def _add_alias(self, event: yaml.AliasEvent) -> None:
        place, name = _place(event), str(event.anchor)
        node = self._anchors.get(name)
        if name not in self._anchors:
            self._note(place, _unknown_alias(name, self._anchors))
        elif node is None:
            self._stop(place, _say_inside_itself(name))
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            self._stop(place, _TOO_MANY_ALIASES)
        node = node or Scalar("", "", place)
        self._count(node.values, place)
        if len(self._open) + node.height > MAX_DEPTH:
            self._stop(place, _TOO_DEEP)
        if self._expects_key():
            self._note(place, _ALIAS_AS_KEY)
            node = Scalar("", _NO_KEY, place)
        self._add(node, None)

    def _read_scalar(self, event: yaml.ScalarEvent) -> Scalar:
        text, place = event.value, _place(event)
        self._count(1, place)
        unfit = _UNFIT.search(text)
        if unfit:
            self._note(place, _say_unfit(unfit[0]))
            text = _UNFIT.sub("", text)
        plain = event.implicit[0] and event.tag is None
        return Scalar(resolve(text) if plain else text, text, place)

    def _check_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag is not None:
            self._note(_place(event), _say_tag(event.tag))

    def _expects_key(self) -> bool:
        return bool(self._open) and self._open[-1].is_mapping and self._open[-1].key is None

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._open:
            self._root = node
            return
        top = self._open[-1]
        if not top.is_mapping:
            top.items.append(node)
        elif top.key is None:
            top.key = self._as_key(node)
        else:
            self._add_entry(top, top.key, node)
            top.key = None
        top.values += node.values
        top.height = max(top.height, node.height + 1)

    def _count(self, values: int, place: Place) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            self._stop(place, _TOO_MANY_VALUES)

    def _as_key(self, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            # Of {{name}} the outer bracket is pointed at.
            outer, inner = self._open[-1].place, node.place
            place = outer if (inner.line, inner.column - 1) == (outer.line, outer.column) else inner
            self._note(place, _KEY_OF_SEVERAL)
            return Scalar("", _NO_KEY, node.place)
        if node.text == "<<":
            self._note(node.place, _MERGE_KEY)
        return node

    def _add_entry(self, top: _Open, key: Scalar, value: Node) -> None:
        if key.text is _NO_KEY:
            return
        first = top.entries.get(key.text)
        if isinstance(value, Scalar) and value.value is None and not value.text:
            # Nothing has no place of its own, or a different one with each parser.
            value = Scalar(None, "", key.place)
        if first is None:
            top.entries[key.text] = Entry(key.text, key.place, value)
            return
        self._note(key.place, _say_twice(first), (key.text,))

    def _note(self, place: Place, message: Words, last: FieldPath = ()) -> None:
        path = tuple(piece for level in self._open for piece in level.next_piece)
        if last and path[-1:] == last:
            last = ()
        self.faults.append(Fault(place, path + last, message))

    def _stop(self, place: Place, message: Words) -> NoReturn:
        self._note(place, message)
        raise _Fatal


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return START if mark is None else Place(mark.line + 1, mark.column + 1)


# --- what is wrong with a tree, in words ----------------------------------------------------------

_EMPTY = Words(
    zh="文件是空的；请复制一个能用的再改", en="the file is empty; copy one that works and change it"
)
_TWO_DOCUMENTS = Words(
    zh="一个文件只能有一份内容；请删去这个“---”及其后的内容",
    en="a file holds one document; delete this '---' and the rest",
)
_TOO_DEEP = Words(
    zh=f"嵌套超过 {MAX_DEPTH} 层；请减少层次",
    en=f"nested deeper than {MAX_DEPTH} levels; write it flatter",
)
_TOO_MANY_ALIASES = Words(
    zh=f"别名（*名称）超过 {MAX_ALIASES} 个；请直接写出内容",
    en=f"more than {MAX_ALIASES} aliases (*name); write the values out",
)
_TOO_MANY_VALUES = Words(
    zh=f"内容超过 {MAX_VALUES} 个值（别名展开后）；请拆成几个文件",
    en=f"more than {MAX_VALUES} values, aliases filled in; split the file",
)
_ALIAS_AS_KEY = Words(
    zh="别名不能当键；请直接写出键", en="an alias cannot be a key; write the key out"
)
_KEY_OF_SEVERAL = Words(
    zh='键只能是一个词；变量写作 "${name}"，要加引号',
    en='a key must be one word; a variable is written "${name}", in quotes',
)
_MERGE_KEY = Words(
    zh="不支持合并键（<<）；请把键逐个写出", en="merge keys (<<) are not read; write the keys out"
)


def _say_inside_itself(name: str) -> Words:
    alias = f"*{shorten(name)}"
    return Words(
        zh=f"{alias} 写在了它自己所指的内容里；请直接写出内容",
        en=f"{alias} stands inside what it stands for; write it out",
    )


def _say_unfit(character: str) -> Words:
    code = f"U+{ord(character):04X}"
    return Words(
        zh=f"文字里有字符 {code}，App 不会显示它；请去掉",
        en=f"the text holds the character {code}, which no App shows; leave it out",
    )


def _say_tag(tag: str) -> Words:
    written = shorten(tag.replace("tag:yaml.org,2002:", "!!"))
    return Words(
        zh=f"不支持标签 {written}；请去掉；如果是文字，请加引号",
        en=f"the tag {written} is not read; leave it out, or put a text in quotes",
    )


def _say_twice(first: Entry) -> Words:
    line = first.key_place.line
    return Words(
        zh=f"这个键写了两次，第一次在第 {line} 行；请只留一个",
        en=f"the key is written twice, first on line {line}; keep one of them",
    )


def _unknown_alias(name: str, anchors: dict[str, Node | None]) -> Words:
    mark = f"&{shorten(name)}"
    nothing = Words(zh=f"文件里没有 {mark}", en=f"nothing in this file is marked {mark}")
    return join(nothing, suggest(name, anchors) or _STAR_IN_QUOTES)


_STAR_IN_QUOTES = Words(
    zh="；以 * 开头的文字要加引号", en="; a text that begins with * must be in quotes"
)
