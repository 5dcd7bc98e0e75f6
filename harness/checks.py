"""What can be seen to be wrong in one file alone, beyond what its model says.

`harness/load.py` asks for it; what is wrong between files is in `harness/plan.py`.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from harness.model import BARE_TAGS, BESIDE, LOCATORS_IN, STEP_TAGS, Locator, Words, has_keys
from harness.problem import (
    FieldPath,
    Place,
    Problem,
    cite,
    join,
    listed,
    name_field,
    shorten,
    suggest,
)
from harness.regex import find_pattern_fault
from harness.spot import tags_of
from harness.variables import PLACEHOLDER, SECRET, has_unclosed, names_in
from harness.yaml_errors import CHINESE_COLON
from harness.yaml_source import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    Source,
    as_plain,
    is_text,
    texts,
    walk,
)


@dataclass(slots=True)
class CheckedFile:
    """A file that is being checked, and what was found so far."""

    path: Path
    shown: str
    """The path as messages write it."""
    source: Source
    problems: list[Problem] = dataclasses.field(default_factory=list)
    places: set[tuple[int, int]] = dataclasses.field(default_factory=set)
    """Where something is wrong already: one message a place is enough."""

    def note(self, place: Place, path: FieldPath, message: Words) -> None:
        """Adds a problem, unless there is one at the place."""
        line, column = self._inside(place)
        if (line, column) in self.places:
            return
        self.places.add((line, column))
        self.problems.append(Problem(self.shown, line, column, name_field(path), message))

    def note_all(self, place: Place, path: FieldPath, message: Words) -> None:
        """Adds a problem even where there is one."""
        line, column = self._inside(place)
        self.problems.append(Problem(self.shown, line, column, name_field(path), message))

    def is_noted(self, place: Place) -> bool:
        """Whether something is wrong at a place already."""
        return self._inside(place) in self.places

    def hush(self, place: Place) -> None:
        """Says that whatever is wrong at a place only follows from what was noted."""
        self.places.add((place.line, place.column))

    def _inside(self, place: Place) -> tuple[int, int]:
        """A place that an editor can go to: the end of a file may be no line of its own."""
        lines = self.source.lines
        line = min(place.line, len(lines))
        if line > 1 and line == len(lines) and not lines[-1]:
            line -= 1
        column = place.column if line == place.line else len(lines[line - 1]) + 1
        return line, min(column, len(lines[line - 1]) + 1)

    @property
    def root(self) -> Node | None:
        """What is written; None when the YAML is broken."""
        return self.source.root


def check_first_line(file: CheckedFile, root: Path, kind: str) -> None:
    """The line that lets editors check a file while it is written: scenarios must have it.

    Args:
        file: that is checked.
        root: of the project.
        kind: of the file, as its schema is called.
    """
    schema = root / "docs" / "schema" / f"{kind}.schema.json"
    relative = Path(os.path.relpath(schema, file.path.parent)).as_posix()
    wanted = f"# yaml-language-server: $schema={relative}"
    first = file.source.lines[0].rstrip() if file.source.lines else ""
    if first == wanted or file.root is None:
        return
    names_another = first.replace(" ", "").startswith("#yaml-language-server")
    if names_another:
        message = Words(
            zh=f"给编辑器看的这一行指向了别的 schema；请写 {wanted}",
            en=f"the line for editors names another schema; write {wanted}",
        )
        file.note_all(Place(1, 1), (), message)
    elif kind == "scenario":
        message = Words(
            zh=f"第一行要告诉编辑器用哪个 schema：{wanted}",
            en=f"the first line must tell editors the schema: {wanted}",
        )
        file.note_all(Place(1, 1), (), message)


def check_scenario(file: CheckedFile) -> None:
    """The id, patterns, XPaths and variables of a task."""
    _check_id(file)
    _check_common(file)
    _check_css(file)
    _check_typing(file)
    names = _keys_at(file.root, "data")
    _check_variables(file, names, "data", ("steps", "goal", "refusal", "checkpoints", "service"))


def check_shared(file: CheckedFile) -> None:
    """The id, patterns, XPaths and variables of shared steps."""
    _check_id(file)
    _check_common(file)
    _check_css(file)
    _check_typing(file)
    _check_variables(file, _texts_at(file.root, "parameters"), "parameters", ("steps",))


def check_profile(file: CheckedFile) -> None:
    """The id, patterns and XPaths of an App profile, in which nothing is filled in."""
    _check_id(file)
    _check_common(file)
    _check_barriers(file)
    for path, scalar in texts(file.root):
        if path[-1:] == ("css",) and path[0] != "elements":
            file.note(scalar.place, path, _CSS_ON_A_SCREEN)
        if path[-1:] == ("uiautomator",) and path[0] in _READ_ALONE:
            file.note(scalar.place, path, _say_read_alone(_READ_ALONE[path[0]]))
        if path[-1:] == ("secret",) and names_in(scalar.text):
            continue  # its pattern says how it is written
        if names_in(scalar.text):
            file.note(scalar.place, path, _NOTHING_IN_A_PROFILE)


_CSS_ON_A_SCREEN = Words(
    zh="css 只能找网页里的元素；这里找的是 App 自己界面上的",
    en="css finds elements of web pages; this is looked for on the App's own screens",
)
_NOTHING_IN_A_PROFILE = Words(
    zh="这里不填变量；档案里的文字原样使用",
    en="nothing is filled in here; a profile's texts stand for themselves",
)
_READ_ALONE = {
    "mask": Words(zh="遮盖的元素", en="what is masked is"),
    "interruptions": Words(zh="打断", en="interruptions are"),
}
"""What of a profile is looked for in a hierarchy, by its key."""


def _say_read_alone(what: Words) -> Words:
    there = LOCATORS_IN["native"] - {"uiautomator"}
    *others, last = (way for way in tags_of(Locator) if way in there)
    return Words(
        zh=f"{what.zh}不经手机查找：请用 {'、'.join(others)} 或 {last}",
        en=f"{what.en} found without the phone: write {', '.join(others)} or {last}",
    )


def _check_barriers(file: CheckedFile) -> None:
    """What is typed at a barrier needs a field; an interruption a name of its own."""
    named: dict[str, Place] = {}
    for path, node in walk(file.root):
        if path[:1] == ("barriers",) and len(path) == 2 and isinstance(node, Mapping):
            code = next((node.entry(key) for key in ("secret", "inbox") if node.entry(key)), None)
            if code is not None and node.entry("into") is None:
                file.note(code.key_place, (*path, code.key), _say_nowhere(code.key))
        if path[:1] == ("interruptions",) and path[2:] == ("name",) and isinstance(node, Scalar):
            if node.text in named:
                file.note(node.place, path, _say_named(named[node.text].line))
            named.setdefault(node.text, node.place)


def _say_nowhere(key: str) -> Words:
    return Words(
        zh=f"{key} 给出的验证码没有地方可填；请在旁边写 into: sms.code",
        en=f"{key} gives a code that goes nowhere; write into: sms.code beside it",
    )


def _say_named(line: int) -> Words:
    return Words(
        zh=f"第 {line} 行的打断也叫这个名称；请改掉一个",
        en=f"another interruption on line {line} is called so; rename one",
    )


def check_devices(file: CheckedFile) -> None:
    """The texts of `devices.yaml`, in which only secrets are filled in."""
    _check_common(file)
    for path, scalar in texts(file.root):
        for name in names_in(scalar.text):
            if not SECRET.fullmatch(name):
                file.note(scalar.place, path, _say_only_secrets(name))


def _check_id(file: CheckedFile) -> None:
    stem = file.path.stem
    entry = file.root.entry("id") if isinstance(file.root, Mapping) else None
    if entry and is_text(entry.value) and as_plain(entry.value) != stem:
        message = Words(
            zh=f"id 应与文件名（去掉 .yaml）相同：请写 id: {shorten(stem)}",
            en=f"the id must be the name of the file without .yaml: write id: {shorten(stem)}",
        )
        file.note(entry.place, ("id",), message)


def _check_common(file: CheckedFile) -> None:
    for path, scalar in texts(file.root):
        if file.is_noted(scalar.place):
            continue  # it may be longer than its limit, and slow to look at
        if path[-1:] in (("matches",), ("inbox",)):
            _note_if(file, scalar, path, find_pattern_fault(_example(scalar.text)))
        elif path[-1:] == ("xpath",):
            _note_if(file, scalar, path, _find_xpath_fault(_example(scalar.text)))
        elif path[-1:] == ("screenshot",) and any(map(SECRET.fullmatch, names_in(scalar.text))):
            file.note(scalar.place, path, _SECRET_IN_A_NAME)


_SECRET_IN_A_NAME = Words(
    zh="名称里不能有秘密；请写普通的名称",
    en="a secret cannot be in a name; write a plain name",
)


def _check_typing(file: CheckedFile) -> None:
    """How a text is entered suits the text, as it stands in the file."""
    for path, node in walk(file.root):
        how = node.entry("how") if isinstance(node, Mapping) and path[-1:] == ("type",) else None
        text = node.entry("text") if isinstance(node, Mapping) else None
        if how is None or text is None or not isinstance(text.value, Scalar):
            continue
        message = find_typing_fault(str(as_plain(how.value)), text.value.text)
        if message is not None:
            file.note(how.place, (*path, "how"), message)


def find_typing_fault(how: str, text: str) -> Words | None:
    """What keeps a text from being entered so, and what to write instead; None if nothing does."""
    if how == "keys" and not has_keys(text):
        return _NO_KEYS
    if how == "paste" and any(map(SECRET.fullmatch, names_in(text))):
        return _PASTED_SECRET
    return None


_NO_KEYS = Words(
    zh="按键只能打出英文字母、数字和 ASCII 符号；其他文字请写 how: paste",
    en="keys are of letters, digits and signs of ASCII; write how: paste for other texts",
)
_PASTED_SECRET = Words(
    zh="秘密不能粘贴，因为复制的内容任何 App 都能读到；请写 how: keys",
    en="a secret is not pasted, for any App may read what was copied; write how: keys",
)


def _check_css(file: CheckedFile) -> None:
    """CSS stands where a web page is meant."""
    for path, scalar in texts(file.root):
        if path[-1:] == ("css",) and file.root is not None and not _is_in_page(file.root, path):
            file.note(scalar.place, path, _CSS_ALONE)


_CSS_ALONE = Words(
    zh="css 只能找网页里的元素；请在旁边写 in: webview，如 {tap: {css: '#query'}, in: webview}",
    en="css finds elements of web pages only; write in: webview beside it, "
    "as {tap: {css: '#query'}, in: webview}",
)


def _is_in_page(node: Node, path: FieldPath) -> bool:
    """Whether `in: webview` stands on the way to a place, not before the steps that it is in."""
    in_page = False
    for piece in path:
        if isinstance(node, Mapping):
            entry = node.entry(BESIDE)
            in_page = in_page or (entry is not None and as_plain(entry.value) == "webview")
            here = node.entry(str(piece))
            node, in_page = (here.value if here else node), in_page and piece != "do"
        elif isinstance(node, Sequence) and isinstance(piece, int):
            node = node.items[piece]
    return in_page


def _example(text: str) -> str:
    """The text with something plain for every variable."""
    return PLACEHOLDER.sub("x", text)


def _note_if(file: CheckedFile, scalar: Scalar, path: FieldPath, message: Words | None) -> None:
    if message is not None:
        file.note(scalar.place, path, message)


def _find_xpath_fault(xpath: str) -> Words | None:
    try:
        etree.XPath(xpath)
    except (etree.XPathError, ValueError) as error:
        said = shorten(str(error))
        return Words(zh=f"这不是 XPath：{said}", en=f"this is not an XPath: {said}")
    return None


def check_chinese_colons(file: CheckedFile) -> frozenset[FieldPath]:
    """A key with a Chinese colon in it is two words that nothing parts.

    Returns the mappings that have one: what else seems wrong with their keys follows from it.
    """
    found = set()
    for path, node in walk(file.root):
        for entry in node.entries if isinstance(node, Mapping) else ():
            if "：" in entry.key:
                begins = entry.key_place
                place = Place(begins.line, begins.column + entry.key.index("："))
                file.note(place, path, CHINESE_COLON)
                file.hush(entry.place)
                file.hush(entry.key_place)
                found.add(path)
    return frozenset(found)


def check_bare_steps(file: CheckedFile) -> None:
    """`- launch: true` and `- launch:` would mean what `- launch` means: there is one way."""
    for path, node in walk(file.root):
        if not isinstance(node, Mapping) or len(node.entries) != 1:
            continue
        entry = node.entries[0]
        if entry.key in BARE_TAGS and path and isinstance(path[-1], int):
            message = Words(
                zh=f"{entry.key} 后面不写内容；请写“- {entry.key}”",
                en=f"{entry.key} stands alone; write '- {entry.key}'",
            )
            file.note(entry.key_place, (*path, entry.key), message)
            file.hush(entry.place)


def check_nothing_written(file: CheckedFile) -> None:
    """A key or a dash with nothing behind it is a mistake, whatever its model would take."""
    for path, node in walk(file.root):
        if isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                _note_nothing(file, (*path, index), item, item.place)
        elif isinstance(node, Mapping) and not _is_broken_step(node, path):
            for entry in node.entries:
                _note_nothing(file, (*path, entry.key), entry.value, entry.place)


def _is_broken_step(node: Mapping, path: FieldPath) -> bool:
    """`- type:` whose keys are not indented: there is a better message than that it is empty."""
    in_list = bool(path) and isinstance(path[-1], int)
    keys = [entry.key for entry in node.entries if entry.key != BESIDE]
    return in_list and len(keys) > 1 and keys[0] in STEP_TAGS


def _note_nothing(file: CheckedFile, path: FieldPath, node: Node, place: Place) -> None:
    if isinstance(node, Scalar) and node.value is None:
        file.note(place, path, _NO_ITEM if isinstance(path[-1], int) else _NO_VALUE)


_NO_VALUE = Words(
    zh="这里没有内容；请填写，或去掉这个键",
    en="nothing is written here; write a value, or leave the key out",
)
_NO_ITEM = Words(
    zh="“-”后面没有内容；请填写，或删去这一行",
    en="nothing is written after this dash; write an item, or delete the line",
)


# --- variables ------------------------------------------------------------------------------------


def _check_variables(
    file: CheckedFile, known: tuple[str, ...] | None, where: str, filled: tuple[str, ...]
) -> None:
    """Every `${name}` stands where it is filled in, and for something that is there.

    Args:
        file: that is checked.
        known: the names that may be used; None when that cannot be told.
        where: the key that has them.
        filled: the keys under which texts are filled in.
    """
    for path, scalar in texts(file.root):
        for name in names_in(scalar.text):
            message = _find_variable_fault(name, path, known, where, filled)
            _note_if(file, scalar, path, message)
        if path[:1] and path[0] in (*filled, "data") and has_unclosed(scalar.text):
            file.note(scalar.place, path, _UNCLOSED)


_UNCLOSED = Words(
    zh="${ 没有对应的 }；请写 ${name} 或 ${secret:NAME}",
    en="a ${ without its }; write ${name} or ${secret:NAME}",
)


def _find_variable_fault(
    name: str, path: FieldPath, known: tuple[str, ...] | None, where: str, filled: tuple[str, ...]
) -> Words | None:
    if path[0] == "data":
        return None if SECRET.fullmatch(name) else _say_only_secrets(name)
    if path[0] not in filled:
        keys = listed(filled)
        return Words(
            zh=f"这里不填变量；变量只能用在 {keys.zh}",
            en=f"nothing is filled in here; variables belong in {keys.en}",
        )
    if known is None or name in known or SECRET.fullmatch(name):
        return None
    if name.startswith("secret"):
        return Words(
            zh=f"秘密要写成 ${{secret:NAME}}，名称用大写字母；现在写的是{cite(name).zh}",
            en=f"a secret is written ${{secret:NAME}}, in capital letters; found {cite(name).en}",
        )
    return _say_unknown_variable(name, known, where)


def _say_unknown_variable(name: str, known: tuple[str, ...], where: str) -> Words:
    written, names = cite(name), listed(known)
    others = Words(zh=f"；请加到 {where}: 里", en=f"; add it to {where}:")
    if known:
        others = Words(
            zh=f"；{where} 里有：{shorten(names.zh)}", en=f"; {where} has: {shorten(names.en)}"
        )
    nothing = Words(
        zh=f"{where} 里没有{written.zh}", en=f"nothing in {where} is called {written.en}"
    )
    return join(nothing, suggest(name, known) or others)


def _say_only_secrets(name: str) -> Words:
    written = cite(name)
    return Words(
        zh=f"这里只能填秘密 ${{secret:NAME}}；现在写的是{written.zh}",
        en=f"only secrets are filled in here, ${{secret:NAME}}; found {written.en}",
    )


# --- walking over a file --------------------------------------------------------------------------


def _keys_at(root: Node | None, key: str) -> tuple[str, ...] | None:
    """The keys of a mapping; none without it, None when it is something else."""
    entry = root.entry(key) if isinstance(root, Mapping) else None
    if entry is None:
        return ()
    return entry.value.keys if isinstance(entry.value, Mapping) else None


def _texts_at(root: Node | None, key: str) -> tuple[str, ...] | None:
    """The texts of a list; none without it, None when it is something else."""
    entry = root.entry(key) if isinstance(root, Mapping) else None
    if entry is None:
        return ()
    if not isinstance(entry.value, Sequence):
        return None
    return tuple(item.text for item in entry.value.items if isinstance(item, Scalar))
