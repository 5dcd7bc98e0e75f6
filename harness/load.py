"""Reads what people write: scenarios, shared steps, App profiles, devices.

A file is either a `Document`, its value valid in every way that can be seen
without another file, or an `InvalidFile` that names all its mistakes at once.
Scenarios, shared steps and profiles are checked against each other in
`harness/plan.py`.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from lxml import etree
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from harness.model import BARE_TAGS, STEP_TAGS, AppProfile, Devices, Frozen, Scenario, SharedSteps
from harness.model_errors import explain
from harness.problem import FieldPath, InvalidFile, Place, Problem, name_field, shorten, suggest
from harness.regex import find_pattern_fault
from harness.spot import Spot, descend, top
from harness.variables import PLACEHOLDER, SECRET, has_unclosed, names_in
from harness.yaml_source import (
    MAX_BYTES,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Source,
    as_plain,
    is_text,
    read_source,
)

Value = TypeVar("Value", bound=Frozen)
Value_co = TypeVar("Value_co", bound=Frozen, covariant=True)

MAX_PROBLEMS = 100
"""Of one file that are told; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Document(Generic[Value_co]):
    """A file that was read: its value, and where everything in it stands."""

    value: Value_co
    path: str
    """Relative to the project's root, with slashes."""
    tree: Node = dataclasses.field(default=Scalar("", "", Place(1, 1)), repr=False, compare=False)

    def place(self, *path: str | int) -> tuple[int, int]:
        """Line and column, from 1, of the value at a path of keys and indices.

        Indices count from 0: `place("steps", 2, "type", "into")`. A path that goes
        on below what is written (behind a short form) answers with the last place
        that is there. A value that begins below its key has the place of the key.
        """
        spot = self._descend(path)
        return spot.place.line, spot.place.column

    def field(self, *path: str | int) -> str:
        """The path as messages write it, as far as it is written: `steps[3].type.into`."""
        return name_field(self._descend(path).path)

    def _descend(self, path: FieldPath) -> Spot:
        return descend(top(self.tree, type(self.value)), path)


def load_scenario(path: Path, *, root: Path) -> Document[Scenario]:
    """Reads one task.

    Args:
        path: of the file.
        root: of the project; the document's path is relative to it.

    Raises:
        InvalidFile: with all mistakes of the file.
    """
    return _load(path, root, _Kind(Scenario, "scenario", _check_scenario))


def load_shared(path: Path, *, root: Path) -> Document[SharedSteps]:
    """Reads shared steps; arguments and errors as with `load_scenario`."""
    return _load(path, root, _Kind(SharedSteps, "shared", _check_shared))


def load_profile(path: Path, *, root: Path) -> Document[AppProfile]:
    """Reads an App profile; arguments and errors as with `load_scenario`."""
    return _load(path, root, _Kind(AppProfile, "profile", _check_profile))


def load_devices(path: Path, *, root: Path) -> Document[Devices]:
    """Reads `devices.yaml`; arguments and errors as with `load_scenario`."""
    return _load(path, root, _Kind(Devices, "devices", _check_devices))


@dataclass(frozen=True, slots=True)
class _Kind(Generic[Value]):
    """A kind of file: its model, its schema's name, and what else is looked at."""

    model: type[Value]
    schema: str
    check: Callable[[_File], None]


@dataclass(slots=True)
class _File:
    """A file that is being checked, and what was found so far."""

    path: Path
    shown: str
    source: Source
    problems: list[Problem] = dataclasses.field(default_factory=list)
    places: set[tuple[int, int]] = dataclasses.field(default_factory=set)
    """Where something is wrong already: one message a place is enough."""

    def note(self, place: Place, path: FieldPath, message: str) -> None:
        """Adds a problem, unless there is one at the place."""
        line, column = self._inside(place)
        if (line, column) in self.places:
            return
        self.places.add((line, column))
        self.problems.append(Problem(self.shown, line, column, name_field(path), message))

    def note_all(self, place: Place, path: FieldPath, message: str) -> None:
        """Adds a problem even where there is one."""
        line, column = self._inside(place)
        self.problems.append(Problem(self.shown, line, column, name_field(path), message))

    def is_noted(self, place: Place) -> bool:
        """Whether something is wrong at a place already."""
        return self._inside(place) in self.places

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
        return self.source.root


def _load(path: Path, root: Path, kind: _Kind[Value]) -> Document[Value]:
    shown = _shown_path(path, root)
    file = _File(path, shown, read_source(_read(path, shown)))
    for fault in file.source.faults:
        file.note(fault.place, fault.path, fault.message)
    value = None
    if file.root is not None:
        _check_bare_steps(file)
        value = _validate(file, file.root, kind)
        kind.check(file)
    _check_first_line(file, root, kind)
    if file.problems or value is None or file.root is None:
        raise InvalidFile(_at_most(file.problems))
    return Document(value, shown, file.root)


def _shown_path(path: Path, root: Path) -> str:
    absolute, top_folder = Path(os.path.abspath(path)), Path(os.path.abspath(root))  # noqa: PTH100  resolve() would follow links
    inside = absolute.is_relative_to(top_folder)
    return absolute.relative_to(top_folder).as_posix() if inside else path.as_posix()


def _read(path: Path, shown: str) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"the file cannot be read: {reason}; check its name and its permissions"
        raise InvalidFile([Problem(shown, 1, 1, "file", message)]) from error


def _at_most(problems: list[Problem]) -> list[Problem]:
    ordered = sorted(problems)
    if len(ordered) <= MAX_PROBLEMS:
        return ordered
    last = ordered[MAX_PROBLEMS - 1]
    left = len(ordered) - MAX_PROBLEMS + 1
    message = f"and {left} more mistakes from here on; mend those above first"
    rest = Problem(last.path, last.line, last.column, "file", message)
    return [*ordered[: MAX_PROBLEMS - 1], rest]


# --- the models -----------------------------------------------------------------------------------


def _validate(file: _File, root: Node, kind: _Kind[Value]) -> Value | None:
    value, errors = None, []
    try:
        value = kind.model.model_validate(as_plain(root), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        errors = error.errors(include_url=False)[: 3 * MAX_PROBLEMS]
    # Of a key that is not known and has no value, the first is the mistake; of any other value
    # that is not there, that says it all.
    spot = top(root, kind.model)
    _note_errors(file, spot, (each for each in errors if each["type"] == "extra_forbidden"))
    _check_nothing_written(file)
    _note_errors(file, spot, (each for each in errors if each["type"] != "extra_forbidden"))
    return value


def _note_errors(file: _File, spot: Spot, errors: Iterable[ErrorDetails]) -> None:
    for each in errors:
        explanation = explain(each, spot)
        if explanation is None:
            continue
        # Two keys may be missing from one mapping.
        note = file.note_all if each["type"] == "missing" else file.note
        note(explanation.place, explanation.path, explanation.message)


# --- what can be seen without another file --------------------------------------------------------


def _check_first_line(file: _File, root: Path, kind: _Kind[Value]) -> None:
    """The line that lets editors check a file while it is written: scenarios must have it."""
    schema = root / "docs" / "schema" / f"{kind.schema}.schema.json"
    relative = Path(os.path.relpath(schema, file.path.parent)).as_posix()
    wanted = f"# yaml-language-server: $schema={relative}"
    first = file.source.lines[0].rstrip() if file.source.lines else ""
    if first == wanted or file.source.root is None:
        return
    has_one = first.replace(" ", "").startswith("#yaml-language-server")
    if has_one:
        file.note_all(Place(1, 1), (), f"the line for editors names another schema; write {wanted}")
    elif kind.schema == "scenario":
        file.note_all(Place(1, 1), (), f"the first line must tell editors the schema: {wanted}")


def _check_scenario(file: _File) -> None:
    _check_id(file)
    _check_common(file)
    names = _keys_at(file.root, "data")
    _check_variables(file, names, "data", ("steps", "goal", "refusal", "checkpoints"))


def _check_shared(file: _File) -> None:
    _check_id(file)
    _check_common(file)
    _check_variables(file, _texts_at(file.root, "parameters"), "parameters", ("steps",))


def _check_profile(file: _File) -> None:
    _check_id(file)
    _check_common(file)
    for path, scalar in _texts(file):
        if names_in(scalar.text):
            message = "nothing is filled in here; a profile's texts stand for themselves"
            file.note(scalar.place, path, message)


def _check_devices(file: _File) -> None:
    _check_common(file)
    for path, scalar in _texts(file):
        for name in names_in(scalar.text):
            if not SECRET.fullmatch(name):
                file.note(scalar.place, path, _say_only_secrets(name))


def _check_id(file: _File) -> None:
    stem = file.path.stem
    entry = file.root.entry("id") if isinstance(file.root, Mapping) else None
    if entry and is_text(entry.value) and as_plain(entry.value) != stem:
        message = f"the id must be the name of the file without .yaml: write id: {shorten(stem)}"
        file.note(entry.place, ("id",), message)


def _check_common(file: _File) -> None:
    for path, scalar in _texts(file):
        if file.is_noted(scalar.place):
            continue  # it may be longer than its limit, and slow to look at
        if path[-1:] in (("matches",), ("inbox",)):
            _note_if(file, scalar, path, find_pattern_fault(_example(scalar.text)))
        elif path[-1:] == ("xpath",):
            _note_if(file, scalar, path, _find_xpath_fault(_example(scalar.text)))
        elif path[-1:] == ("screenshot",) and any(map(SECRET.fullmatch, names_in(scalar.text))):
            file.note(scalar.place, path, "a secret cannot be in a name; write a plain name")


def _example(text: str) -> str:
    """The text with something plain for every variable."""
    return PLACEHOLDER.sub("x", text)


def _note_if(file: _File, scalar: Scalar, path: FieldPath, message: str | None) -> None:
    if message is not None:
        file.note(scalar.place, path, message)


def _find_xpath_fault(xpath: str) -> str | None:
    try:
        etree.XPath(xpath)
    except (etree.XPathError, ValueError) as error:
        return f"this is not an XPath: {shorten(str(error))}"
    return None


def _check_bare_steps(file: _File) -> None:
    """`- launch: true` and `- launch:` would mean what `- launch` means: there is one way."""
    for path, node in _walk(file.root):
        if not isinstance(node, Mapping) or len(node.entries) != 1:
            continue
        entry = node.entries[0]
        if entry.key in BARE_TAGS and path and isinstance(path[-1], int):
            message = f"{entry.key} stands alone; write '- {entry.key}'"
            file.note(entry.key_place, (*path, entry.key), message)
            # What stands behind it is wrong in no other way.
            file.places.add((entry.place.line, entry.place.column))


def _check_nothing_written(file: _File) -> None:
    for path, node in _walk(file.root):
        if isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                _note_nothing(file, (*path, index), item, item.place)
        elif isinstance(node, Mapping) and not _is_broken_step(node, path):
            for entry in node.entries:
                _note_nothing(file, (*path, entry.key), entry.value, entry.place)


def _is_broken_step(node: Mapping, path: FieldPath) -> bool:
    """`- type:` whose keys are not indented: there is a better message than that it is empty."""
    in_list = bool(path) and isinstance(path[-1], int)
    return in_list and len(node.entries) > 1 and node.entries[0].key in STEP_TAGS


def _note_nothing(file: _File, path: FieldPath, node: Node, place: Place) -> None:
    if isinstance(node, Scalar) and node.value is None:
        message = "nothing is written here; write a value, or leave the key out"
        if isinstance(path[-1], int):
            message = "nothing is written after this dash; write an item, or delete the line"
        file.note(place, path, message)


# --- variables ------------------------------------------------------------------------------------


def _check_variables(
    file: _File, known: tuple[str, ...] | None, where: str, filled: tuple[str, ...]
) -> None:
    """Every `${name}` stands where it is filled in, and for something that is there.

    Args:
        file: that is checked.
        known: the names that may be used; None when that cannot be told.
        where: the key that has them.
        filled: the keys under which texts are filled in.
    """
    for path, scalar in _texts(file):
        for name in names_in(scalar.text):
            message = _find_variable_fault(name, path, known, where, filled)
            _note_if(file, scalar, path, message)
        if path[:1] and path[0] in (*filled, "data") and has_unclosed(scalar.text):
            file.note(scalar.place, path, "a ${ without its }; write ${name} or ${secret:NAME}")


def _find_variable_fault(
    name: str, path: FieldPath, known: tuple[str, ...] | None, where: str, filled: tuple[str, ...]
) -> str | None:
    if path[0] == "data":
        return None if SECRET.fullmatch(name) else _say_only_secrets(name)
    if path[0] not in filled:
        return f"nothing is filled in here; variables belong in {', '.join(filled)}"
    if known is None or name in known or SECRET.fullmatch(name):
        return None
    if name.startswith("secret"):
        return f"a secret is written ${{secret:NAME}}, in capital letters; found {shorten(name)!r}"
    listed = f"; {where} has: {shorten(', '.join(known))}" if known else f"; add it to {where}:"
    return f"nothing in {where} is called {shorten(name)!r}{suggest(name, known) or listed}"


def _say_only_secrets(name: str) -> str:
    return f"only secrets are filled in here, ${{secret:NAME}}; found {shorten(name)!r}"


# --- walking over a file --------------------------------------------------------------------------


def _walk(node: Node | None, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Node]]:
    """Every value of a file with its path, a mapping before what is in it."""
    if node is None:
        return
    yield path, node
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _walk(item, (*path, index))
    elif isinstance(node, Mapping):
        for entry in node.entries:
            yield from _walk(entry.value, (*path, entry.key))


def _texts(file: _File) -> Iterator[tuple[FieldPath, Scalar]]:
    for path, node in _walk(file.root):
        if path and isinstance(node, Scalar) and isinstance(node.value, str):
            yield path, node


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
