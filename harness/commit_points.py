"""What the tasks of a project say cannot be undone: the targets of all their `commit` steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from pydantic import TypeAdapter, ValidationError

from harness.load import Document, load_scenario
from harness.model import Commit, PlannedStep, Scenario, Target
from harness.plan import expand
from harness.problem import InvalidFile
from harness.project import Project, scenario_files
from harness.references import check
from harness.variables import names_in
from harness.yaml_source import Mapping, Node, as_plain, walk

_TARGET: TypeAdapter[Target] = TypeAdapter(Target)


def commits_among(steps: Iterable[PlannedStep]) -> Iterator[Target]:
    """The targets of the commit points among steps, also of those that steps hold."""
    for planned in steps:
        if isinstance(planned.step, Commit):
            yield planned.step.commit
        yield from commits_among(planned.steps)


def read_commits(project: Project) -> tuple[Target, ...]:
    """The commit points of all tasks and shared steps, also of those that are not run now.

    Of a task in which something is wrong, what can be read as it is written.
    """
    found: list[Target] = []
    for path in scenario_files(project.root):
        try:
            document = load_scenario(path, root=project.root)
        except InvalidFile as invalid:
            found += [] if invalid.tree is None else _written(invalid.tree)
        else:
            found += _commits_of(document, project)
    for shared in project.shared.values():  # that no task runs yet
        found += _written(shared.tree)
    return tuple(dict.fromkeys(found))


def _commits_of(document: Document[Scenario], project: Project) -> Iterator[Target]:
    if check(document, tuple(project.profiles.values()), project.shared):
        yield from _written(document.tree)
    else:
        yield from commits_among(expand(document, project.shared))


def _written(tree: Node) -> Iterator[Target]:
    """The targets as they stand in a file; one with a variable to be filled in is none."""
    for _, node in walk(tree):
        entry = node.entry(Commit.tag) if isinstance(node, Mapping) else None
        if entry is not None:
            with suppress(ValidationError):
                target = _TARGET.validate_python(as_plain(entry.value))
                if not names_in(str(target)):
                    yield target
