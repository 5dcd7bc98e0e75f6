"""What the tasks of a checkout refer to: devices, App profiles, shared steps, and their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from harness.errors import UsageError
from harness.load import Document, load_devices, load_profile, load_shared
from harness.model import (
    AppProfile,
    Device,
    Devices,
    Name,
    Scenario,
    SharedSteps,
    Words,
    has_web_pages,
)
from harness.plan import Plan, plan
from harness.problem import InvalidFile
from harness.references import check_devices

SCENARIOS = "scenarios"
APPS = "apps"
SHARED = "shared"
DEVICES_FILE = "devices.yaml"

Value = TypeVar("Value", AppProfile, SharedSteps)


@dataclass(frozen=True)
class Project:
    """The files beside the tasks."""

    root: Path
    devices: Devices
    profiles: Mapping[str, Document[AppProfile]]
    broken: Mapping[str, InvalidFile]
    """What is wrong with the profiles that cannot be read, by the name of the App."""
    shared: Mapping[str, Document[SharedSteps]]
    """Shared steps that cannot be read are missing here: a task that runs them says so."""

    def device(self, name: str) -> Device:
        """The device of this name."""
        return self.devices.devices[name]


@dataclass(frozen=True)
class Asked:
    """What of the project a run is asked to do."""

    devices: tuple[Name, ...] = ()
    """By name; the default one when empty."""
    apps: tuple[Name, ...] = ()
    """By id; those that each device names when empty."""
    repetitions: int = 1

    def devices_of(self, project: Project) -> tuple[Name, ...]:
        """The devices to run on, each once."""
        return tuple(dict.fromkeys(self.devices or (project.devices.default,)))

    def apps_of(self, project: Project, device: Name) -> tuple[Name, ...]:
        """The Apps to run on a device, each once, also those whose profile cannot be read."""
        return tuple(dict.fromkeys(self.apps or project.device(device).apps))

    def all_apps(self, project: Project) -> frozenset[Name]:
        """The Apps to run on any of the devices."""
        return frozenset(
            app for name in self.devices_of(project) for app in self.apps_of(project, name)
        )

    def check(self, project: Project) -> None:
        """Holds what was asked against what is there.

        Raises:
            UsageError: a device or an App that the project does not have.
        """
        apps = {*project.profiles, *project.broken}
        for option, asked, known in (
            ("device", self.devices, {*project.devices.devices}),
            ("app", self.apps, apps),
        ):
            for name in asked:
                if name not in known:
                    there = ", ".join(sorted(known))
                    zh = f"--{option} {name}：没有这个；现有 {there}"
                    en = f"--{option} {name}: no such {option}; there are: {there}"
                    raise UsageError(Words(zh=zh, en=en))

    def plan(self, project: Project, scenarios: Sequence[Document[Scenario]]) -> Plan:
        """The attempts of some tasks; Apps whose profile cannot be read are not in it."""
        apps = {
            device: [app for app in self.apps_of(project, device) if app in project.profiles]
            for device in self.devices_of(project)
        }
        profiles = tuple(project.profiles.values())
        known = project.devices.devices
        without_web = [device for device in apps if not has_web_pages(known, device)]
        return plan(scenarios, profiles, project.shared, apps, self.repetitions, without_web)


def read_project(root: Path) -> Project:
    """Reads the project at a root.

    Raises:
        InvalidFile: devices.yaml cannot be read, or names an App that has no profile; nothing
            can run without it.
    """
    devices = load_devices(root / DEVICES_FILE, root=root)
    profiles, broken = _read_folder(load_profile, root, APPS)
    shared, _ = _read_folder(load_shared, root, SHARED)
    problems = tuple(check_devices(devices, {*profiles, *broken}))
    if problems:
        raise InvalidFile(problems)
    return Project(root, devices.value, profiles, broken, shared)


def is_yaml(path: Path) -> bool:
    """Whether a file is one that people write tasks in."""
    return path.suffix in (".yaml", ".yml")


def namesakes(root: Path, path: Path) -> tuple[Path, ...]:
    """The other tasks whose file has the same name: their id is the same too."""
    return tuple(each for each in scenario_files(root) if each.stem == path.stem and each != path)


def scenario_files(root: Path) -> tuple[Path, ...]:
    """The files of the tasks, sorted."""
    scenarios = root / SCENARIOS
    apart = (scenarios / APPS, scenarios / SHARED)
    return tuple(
        path for path in sorted(scenarios.rglob("*")) if is_yaml(path) and path.parent not in apart
    )


def _read_folder(
    load: Callable[..., Document[Value]], root: Path, folder: str
) -> tuple[dict[str, Document[Value]], dict[str, InvalidFile]]:
    """What the files hold and what is wrong with the others, by id: the name of the file."""
    documents: dict[str, Document[Value]] = {}
    broken: dict[str, InvalidFile] = {}
    for path in sorted((root / SCENARIOS / folder).glob("*")):
        if not is_yaml(path):
            continue
        try:
            documents[path.stem] = load(path, root=root)
        except InvalidFile as exc:
            broken[path.stem] = exc
    return documents, broken
