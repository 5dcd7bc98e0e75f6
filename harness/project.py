"""What the tasks of a checkout refer to: devices, App profiles, shared steps, and their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from harness.load import Document, load_devices, load_profile, load_shared
from harness.model import AppProfile, Device, Devices, SharedSteps
from harness.problem import InvalidFile

SCENARIOS = "scenarios"
APPS = "apps"
SHARED = "shared"
DEVICES_FILE = "devices.yaml"

Value = TypeVar("Value", AppProfile, SharedSteps)


@dataclass(frozen=True)
class Project:
    """The files beside the tasks. One that cannot be read is missing here, and tells why itself."""

    root: Path
    devices: Devices
    profiles: Mapping[str, Document[AppProfile]]
    shared: Mapping[str, Document[SharedSteps]]

    def device(self, name: str) -> Device:
        """The device of this name."""
        return self.devices.devices[name]


def read_project(root: Path) -> Project:
    """Reads the project at a root.

    Raises:
        InvalidFile: devices.yaml cannot be read; nothing can run without it.
    """
    return Project(
        root,
        load_devices(root / DEVICES_FILE, root=root).value,
        profiles=dict(_readable(load_profile, root, APPS)),
        shared=dict(_readable(load_shared, root, SHARED)),
    )


def is_yaml(path: Path) -> bool:
    """Whether a file is one that people write tasks in."""
    return path.suffix in (".yaml", ".yml")


def scenario_files(root: Path) -> tuple[Path, ...]:
    """The files of the tasks, sorted."""
    scenarios = root / SCENARIOS
    apart = (scenarios / APPS, scenarios / SHARED)
    return tuple(
        path for path in sorted(scenarios.rglob("*")) if is_yaml(path) and path.parent not in apart
    )


def _readable(
    load: Callable[..., Document[Value]], root: Path, folder: str
) -> Iterator[tuple[str, Document[Value]]]:
    for path in sorted((root / SCENARIOS / folder).iterdir()):
        if not is_yaml(path):
            continue
        try:
            document = load(path, root=root)
        except InvalidFile:
            continue
        yield document.value.id, document
