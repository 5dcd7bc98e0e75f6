"""The project of files under tests/data/, and projects that tests make of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.load import (
    Document,
    load_devices,
    load_profile,
    load_scenario,
    load_shared,
)
from harness.model import AppProfile, Scenario, SharedSteps

DATA = Path(__file__).parent / "data"

LOADERS: dict[str, Any] = {
    "scenario": load_scenario,
    "shared": load_shared,
    "profile": load_profile,
    "devices": load_devices,
}
PLACES = {
    "scenario": "scenarios/social_security/case.yaml",
    "shared": "scenarios/shared/case.yaml",
    "profile": "scenarios/apps/case.yaml",
    "devices": "devices.yaml",
}
"""Where a file of each kind is put in a project of a test's own."""


def kind_of(raw: bytes) -> str:
    """The kind of file that the line for editors names; a scenario without one."""
    found = re.search(rb"(\w+)\.schema\.json", raw[:200])
    return found[1].decode() if found and found[1].decode() in LOADERS else "scenario"


def load_case(raw: bytes, root: Path, kind: str | None = None) -> Document[Any]:
    """Loads bytes as a file of their kind, or of the one given, in a project below `root`."""
    kind = kind or kind_of(raw)
    path = root / PLACES[kind]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return LOADERS[kind](path, root=root)  # type: ignore[no-any-return]  # of four kinds


@dataclass(frozen=True)
class Project:
    """The files under tests/data/."""

    scenarios: tuple[Document[Scenario], ...]
    shared: tuple[Document[SharedSteps], ...]
    profiles: tuple[Document[AppProfile], ...]

    def scenario(self, name: str) -> Document[Scenario]:
        return next(each for each in self.scenarios if each.value.id == name)

    def profile(self, name: str) -> AppProfile:
        return next(each.value for each in self.profiles if each.value.id == name)

    @property
    def by_id(self) -> dict[str, Document[SharedSteps]]:
        return {each.value.id: each for each in self.shared}


def load_project(root: Path = DATA) -> Project:
    return Project(
        scenarios=tuple(
            load_scenario(path, root=root)
            for path in sorted(root.glob("scenarios/social_security/*.yaml"))
        ),
        shared=tuple(
            load_shared(path, root=root) for path in sorted(root.glob("scenarios/shared/*.yaml"))
        ),
        profiles=tuple(
            load_profile(path, root=root) for path in sorted(root.glob("scenarios/apps/*.yaml"))
        ),
    )
