"""The files beside an inspected phone: profile and tasks, read again as they change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.commit_points import read_commits
from harness.errors import UsageError
from harness.inspect.checklist import TaskUses, checklist, read_uses
from harness.inspect.discretion import Discretion
from harness.inspect.files import written_files
from harness.load import Document, load_scenario
from harness.model import AppProfile, Scenario, Target, name_target
from harness.problem import InvalidFile
from harness.profile_file import ProfileFile
from harness.project import Project, read_project, scenario_files
from harness.references import Shared, check

SIGNS = ("waiting", "errors", "maintenance", "interruptions", "commits", "mask")
"""The profile's lists of what something is known by."""


class Papers:
    """What people have written down of an App and for it.

    Args:
        project: the files beside the profile.
        file: the profile.
        discretion: is told what the profile masks.
    """

    def __init__(self, project: Project, file: ProfileFile, discretion: Discretion) -> None:
        self._project = project
        self._file = file
        self._discretion = discretion
        self._reading = threading.Lock()
        self._read: Mapping[Path, bytes] = {}
        self._tasks: dict[Path, Document[Scenario]] = {}
        self._uses: tuple[TaskUses, ...] = ()
        self._wrong_profile = ""
        self._wrong_tasks: tuple[str, ...] = ()
        self.commits: tuple[Target, ...] = ()
        self.refresh()

    @property
    def root(self) -> Path:
        """Of the project."""
        return self._project.root

    @property
    def shared(self) -> Shared:
        """The shared steps, by name."""
        return self._project.shared

    @property
    def profile(self) -> AppProfile:
        """The App's, as it was last right."""
        return self._file.profile

    @property
    def profile_path(self) -> str:
        """Its file, from the project's root."""
        return self._file.document.path

    def refresh(self) -> None:
        """Reads what somebody has changed in an editor; what is wrong with it is told by `state`.

        What was read before is kept where the new cannot be.
        """
        with self._reading:
            now = written_files(self.root)
            if now == self._read:
                return
            own = self._file.path
            others_changed = {**now, own: b""} != {**self._read, own: b""}
            self._read = now
            if others_changed:
                self._wrong_tasks = tuple(self._read_tasks())
            try:
                self._file.refresh()
                self._wrong_profile = ""
            except UsageError as exc:
                self._wrong_profile = str(exc)
            self._discretion.mask(self.profile.mask)

    def _read_tasks(self) -> Iterator[str]:
        """Reads the project's tasks and what they say cannot be undone; tells what is wrong.

        The devices stay those that the session was opened with.
        """
        try:
            self._project = replace(read_project(self.root), devices=self._project.devices)
        except InvalidFile as invalid:
            yield str(invalid)
        for path in (there := scenario_files(self.root)):
            try:
                self._tasks[path] = load_scenario(path, root=self.root)
            except InvalidFile as invalid:
                yield str(invalid)
        self._tasks = {path: each for path, each in self._tasks.items() if path in there}
        self._uses = read_uses([*self._tasks.values()], self.shared)
        self.commits = read_commits(self._project)

    def change_profile(self, edit: Callable[[str], str]) -> None:
        """Writes the profile with an edit of its text, whole or not at all.

        Raises:
            UsageError: the edit is not possible, would make the file wrong or write a secret
                down, or the file has changed.
        """

        def discreet(text: str) -> str:
            edited = edit(text)
            self._discretion.hold(edited, before=text)
            return edited

        self._file.change(discreet)
        self._discretion.mask(self.profile.mask)

    def check(self, document: Document[Scenario]) -> None:
        """Whether a task could run on this App.

        Raises:
            InvalidFile: with all its mistakes, by place.
        """
        problems = check(document, (self._file.document,), self.shared)
        if problems:
            raise InvalidFile(problems)

    def state(self) -> dict[str, Any]:
        """What the page shows of the profile, and of the names that tasks need."""
        self.refresh()
        profile = self.profile
        return {
            "app": profile.id,
            "name": profile.name.model_dump(),
            "package": profile.android.package,
            "profile": self.profile_path,
            "sandbox": profile.sandbox,
            "wrong": [each for each in (self._wrong_profile, *self._wrong_tasks) if each],
            "unknown_commits": _names_lacking(self.commits, profile),
            "elements": {
                name: [name_target(each) for each in locators]
                for name, locators in profile.elements.items()
            },
            "barriers": [*profile.barriers],
            "signs": {key: len(getattr(profile, key)) for key in SIGNS},
            "tasks": [*_tasks_told(self._uses, profile)],
        }


def _names_lacking(targets: Sequence[Target], profile: AppProfile) -> list[str]:
    """The names among targets that a profile does not know: nothing is guarded by them."""
    names = {each for each in targets if isinstance(each, str)}
    return sorted(names - {*profile.elements})


def _tasks_told(uses: Sequence[TaskUses], profile: AppProfile) -> Iterator[dict[str, Any]]:
    for each in checklist(uses, profile):
        yield {
            "scenario": each.scenario,
            "title": each.title.model_dump(),
            "on_web": each.on_web,
            "needs": [vars(need) for need in each.needs],
            "missing": len(each.missing),
        }
