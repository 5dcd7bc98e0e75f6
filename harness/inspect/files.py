"""The files that grow from a session: the App's profile, tasks. No other's work is overwritten."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from harness.errors import UsageError
from harness.inspect.profile_text import new_profile
from harness.load import Document, load_profile, load_scenario, load_shared
from harness.model import Condition, Reference, Scenario, SharedSteps
from harness.problem import InvalidFile, Problem
from harness.profile_file import ProfileFile, as_bytes, load_apart
from harness.project import APPS, DEVICES_FILE, SCENARIOS, SHARED
from harness.yaml_source import Mapping as YamlMapping
from harness.yaml_source import Scalar, read_source

HEAD = "id: step\ntitle: {zh: 步骤}\nsteps:\n"
"""What makes shared steps of a few steps alone."""
STEP = "step"
"""How mistakes call the place where they are typed."""


def create_profile(root: Path, app: str, package: str) -> ProfileFile:
    """Writes the profile of an App that has none.

    Raises:
        UsageError: it has one, or App or package cannot be called so.
    """
    path = root / SCENARIOS / APPS / f"{app}.yaml"
    text = new_profile(app, package)
    load_apart(load_profile, text, path.relative_to(root))
    _write_new(path, text)
    return ProfileFile.read(root, app)


# --- tasks ----------------------------------------------------------------------------------------


def read_task(text: str) -> Document[Scenario]:
    """A task that is no file yet, as if it were where its life event and id put it.

    Raises:
        InvalidFile: with all its mistakes, by place.
    """
    return load_apart(load_scenario, text, task_path(text))


def written_files(root: Path) -> Mapping[Path, bytes]:
    """What the files say that people write for a project: devices, tasks, profiles."""
    paths = (root / DEVICES_FILE, *sorted((root / SCENARIOS).rglob("*.yaml")))
    return {path: path.read_bytes() for path in paths if path.is_file()}


def task_path(text: str) -> Path:
    """Where a task belongs, relative to the project."""
    tree = read_source(text.encode("utf-8", "replace")).root
    names = {key: _word(tree, key) for key in ("life_event", "id")}
    return Path(SCENARIOS, names["life_event"] or "my_tasks", f"{names['id'] or 'my_task'}.yaml")


def save_task(root: Path, text: str) -> Path:
    """Writes a task to where it belongs; gives the path.

    Raises:
        InvalidFile: there is something wrong with it.
        UsageError: there is such a file, or it cannot be written.
    """
    read_task(text)
    path = root / task_path(text)
    _write_new(path, text)
    return path


def read_steps(text: str) -> Document[Scenario]:
    """A step, or several as a list, as a task without a goal of its own.

    Raises:
        InvalidFile: with all mistakes, by their place in the text.
    """
    written = f"{HEAD}{_dash(text)}{text}\n"
    try:
        steps = load_apart(load_shared, written, Path(SCENARIOS, SHARED, "step.yaml"))
    except InvalidFile as exc:
        raise as_typed(exc, text) from exc
    return Document(_only(steps.value), STEP, steps.tree)


def as_typed(invalid: InvalidFile, text: str) -> InvalidFile:
    """The mistakes of steps at their places in what was typed; those of other files as they are."""
    return InvalidFile(_at_home(each, len(_dash(text))) for each in invalid.problems)


def _at_home(problem: Problem, dash: int) -> Problem:
    if problem.path not in (STEP, f"{SCENARIOS}/{SHARED}/step.yaml"):
        return problem
    line = max(1, problem.line - HEAD.count("\n"))
    column = max(1, problem.column - (dash if line == 1 else 0))
    return Problem(STEP, line, column, problem.field, problem.message)


def _dash(text: str) -> str:
    """What makes an item of a step that stands alone."""
    return "" if text.lstrip().startswith("-") else "- "


def _only(steps: SharedSteps) -> Scenario:
    """A task of these steps; its goal is only there to be left out."""
    return Scenario(
        id="step",
        title=steps.title,
        goal=Condition.model_validate({"visible": {"class": "none"}}),
        life_event="inspect",
        kind="information",
        severity="minor",
        time_limit_s=300,
        reference=Reference(time_s=1, screens=1),
        steps=steps.steps,
    )


def _word(tree: object, key: str) -> str:
    entry = tree.entry(key) if isinstance(tree, YamlMapping) else None
    value = entry.value.value if entry and isinstance(entry.value, Scalar) else ""
    # Not a path of any kind: what is wrong with the name is for the loader to say.
    return value if isinstance(value, str) and value.replace("_", "").isalnum() else ""


def _write_new(path: Path, text: str) -> None:
    """Writes a file that is not there yet, whole."""
    data = as_bytes(text)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).chmod(0o644)
        try:
            Path(path).hardlink_to(name)  # unlike a rename it never replaces
        finally:
            with suppress(OSError):
                Path(name).unlink()
    except FileExistsError as exc:
        raise UsageError(
            f"{path}: 已经有这个文件，不覆盖 / there is such a file, and it is not overwritten"
        ) from exc
    except OSError as exc:
        raise UsageError(f"{path}: 没有写成 / not written: {exc.strerror}") from exc
