"""Reads what people write: scenarios, shared steps, App profiles, devices.

A file is either a `Document`, its value valid in every way that can be seen
without another file, or an `InvalidFile` that names all its mistakes at once.
What is looked at beyond the models is in `harness/checks.py`; scenarios, shared
steps and profiles are checked against each other in `harness/plan.py`.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from harness.checks import (
    CheckedFile,
    check_bare_steps,
    check_chinese_colons,
    check_devices,
    check_first_line,
    check_nothing_written,
    check_profile,
    check_scenario,
    check_shared,
)
from harness.model import AppProfile, Devices, Frozen, Scenario, SharedSteps, Words
from harness.model_errors import explain
from harness.problem import (
    FieldPath,
    InvalidFile,
    Place,
    Problem,
    join,
    listed,
    name_field,
    shorten,
    suggest,
)
from harness.spot import Spot, descend, top
from harness.yaml_source import MAX_BYTES, Node, Scalar, as_plain, read_source

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
    return _load(path, root, _Kind(Scenario, "scenario", check_scenario))


def load_shared(path: Path, *, root: Path) -> Document[SharedSteps]:
    """Reads shared steps; arguments and errors as with `load_scenario`."""
    return _load(path, root, _Kind(SharedSteps, "shared", check_shared))


def load_profile(path: Path, *, root: Path) -> Document[AppProfile]:
    """Reads an App profile, and completes it by the one that it is like.

    Arguments and errors as with `load_scenario`; the places are those of its own file.
    """
    document = _load_profile(path, root)
    like = document.value.like
    if like is None:
        return document
    other = path.with_name(f"{like}.yaml")
    fault = _find_fault_of_like(document, other)
    if fault is None:
        base = _load_profile(other, root).value
        if base.like is None:
            return dataclasses.replace(document, value=document.value.completed_by(base))
        fault = Words(
            zh=f"{like} 的档案里也写着 like；请直接写 like: {base.like}",
            en=f"{like} is itself like {base.like}; write like: {base.like}",
        )
    line, column = document.place("like")
    raise InvalidFile([Problem(document.path, line, column, "like", fault)])


def _load_profile(path: Path, root: Path) -> Document[AppProfile]:
    return _load(path, root, _Kind(AppProfile, "profile", check_profile))


def _find_fault_of_like(document: Document[AppProfile], other: Path) -> Words | None:
    """Why there is no profile to be like; None when there is one."""
    if document.value.like == document.value.id:
        return Words(
            zh="like 不能写这份档案自己；请写别的 App，或去掉这个键",
            en="a profile cannot be like itself; name another App, or leave the key out",
        )
    if other.is_file():
        return None
    folder = f"{Path(document.path).parent.as_posix()}/"
    known = {path.stem for path in other.parent.glob("*.yaml")} - {document.value.id}
    return say_no_profile(folder, other.name, known)


def say_no_profile(folder: str, file: str, apps: Collection[str]) -> Words:
    """That an App has no profile, and which one is meant or which there are."""
    names = listed(sorted(apps))
    missing = Words(zh=f"{folder} 里没有 {shorten(file)}", en=f"{folder} has no {shorten(file)}")
    others = Words(zh=f"；现有 App：{names.zh}", en=f"; Apps are: {names.en}")
    return join(missing, suggest(Path(file).stem, apps) or others)


def load_devices(path: Path, *, root: Path) -> Document[Devices]:
    """Reads `devices.yaml`; arguments and errors as with `load_scenario`."""
    return _load(path, root, _Kind(Devices, "devices", check_devices))


def load_as(model: type[Value], path: Path, *, root: Path) -> Document[Value]:
    """Reads a file of another model with the same care; arguments and errors as with others.

    Its model alone says what is right, and no editor's schema is asked for.
    """
    return _load(path, root, _Kind(model, "", lambda _: None))


@dataclass(frozen=True, slots=True)
class _Kind(Generic[Value]):
    """A kind of file: its model, its schema's name, and what else is looked at."""

    model: type[Value]
    schema: str
    check: Callable[[CheckedFile], None]


def _load(path: Path, root: Path, kind: _Kind[Value]) -> Document[Value]:
    shown = _shown_path(path, root)
    file = CheckedFile(path, shown, read_source(_read(path, shown)))
    for fault in file.source.faults:
        file.note(fault.place, fault.path, fault.message)
    value = None
    if file.root is not None:
        unparted = check_chinese_colons(file)
        check_bare_steps(file)
        value = _validate(file, file.root, kind, unparted)
        kind.check(file)
    if kind.schema:
        check_first_line(file, root, kind.schema)
    if file.problems or value is None or file.root is None:
        raise InvalidFile(_at_most(file.problems), file.root)
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
        raise InvalidFile([Problem(shown, 1, 1, "file", _say_unread(error))]) from error


_UNREAD: tuple[tuple[type[OSError], str], ...] = (
    (FileNotFoundError, "没有这个文件"),
    (IsADirectoryError, "这是文件夹"),
    (PermissionError, "没有权限"),
)
"""What the system says most often; in English it says it itself."""


def _say_unread(error: OSError) -> Words:
    reason = (error.strerror or str(error)).lower()
    known = next((zh for kind, zh in _UNREAD if isinstance(error, kind)), reason)
    return Words(
        zh=f"文件读不了：{known}；请检查文件名和权限",
        en=f"the file cannot be read: {reason}; check its name and its permissions",
    )


def _at_most(problems: list[Problem]) -> list[Problem]:
    ordered = sorted(problems)
    if len(ordered) <= MAX_PROBLEMS:
        return ordered
    last = ordered[MAX_PROBLEMS - 1]
    left = len(ordered) - MAX_PROBLEMS + 1
    message = Words(
        zh=f"从这里起还有 {left} 处错误；请先改上面的",
        en=f"and {left} more mistakes from here on; mend those above first",
    )
    rest = Problem(last.path, last.line, last.column, "file", message)
    return [*ordered[: MAX_PROBLEMS - 1], rest]


# --- the models -----------------------------------------------------------------------------------


def _validate(
    file: CheckedFile, root: Node, kind: _Kind[Value], unparted: frozenset[FieldPath]
) -> Value | None:
    """The value, or None once all is noted that its model finds wrong.

    Of mappings with a key that a Chinese colon has made, what is wrong with keys is left out.
    """
    value, errors = None, []
    try:
        value = kind.model.model_validate(as_plain(root), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        errors = error.errors(include_url=False)[: 3 * MAX_PROBLEMS]
    # Of a key that is not known and has no value, the first is the mistake; of any other value
    # that is not there, that says it all.
    spot = top(root, kind.model)
    _note_errors(
        file, spot, (each for each in errors if each["type"] == "extra_forbidden"), unparted
    )
    check_nothing_written(file)
    _note_errors(
        file, spot, (each for each in errors if each["type"] != "extra_forbidden"), unparted
    )
    return value


def _note_errors(
    file: CheckedFile, spot: Spot, errors: Iterable[ErrorDetails], unparted: frozenset[FieldPath]
) -> None:
    for each in errors:
        fault = explain(each, spot)
        if fault is None or any(_follows(fault.path, where) for where in unparted):
            continue
        # Two keys may be missing from one mapping.
        note = file.note_all if each["type"] == "missing" else file.note
        note(fault.place, fault.path, fault.message)


def _follows(path: FieldPath, where: FieldPath) -> bool:
    """Whether a mistake is about the keys of a mapping, or below one with a Chinese colon."""
    below = path[len(where) :]
    return path[: len(where)] == where and (len(below) == 1 or "：" in str(below[:1]))
