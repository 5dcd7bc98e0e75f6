"""Node.js and what `make android` has installed for it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError
from harness.model import Words
from harness.processes.folders import PROJECT

Version = tuple[int, int, int]
SERVED = {20: 19, 22: 12}
"""The lines of Node.js that Appium 3.8 runs on, and from which release on; beside all from 24."""
SERVED_FROM = 24
INSTALL_NODE = Words(
    zh="Appium 要 Node.js 20.19 起的 20、22.12 起的 22，或 24 起，连同 npm："
    "https://nodejs.org/en/download",
    en="Appium needs Node.js 20.19 or a later 20, 22.12 or a later 22, or from 24 on, with its "
    "npm: https://nodejs.org/en/download",
)
ANSWERS_WITHIN_S = 30


@dataclass(frozen=True)
class Node:
    """The Node.js on PATH."""

    path: Path
    version: Version

    @property
    def serves(self) -> bool:
        """Whether Appium runs on it."""
        major, minor, _ = self.version
        return major >= SERVED_FROM or (major in SERVED and minor >= SERVED[major])


def find_node() -> Node | None:
    """The Node.js on PATH, None when there is none that runs."""
    if (found := shutil.which("node")) is None:
        return None
    try:
        ran = subprocess.run(
            [found, "--version"],
            capture_output=True,
            text=True,
            timeout=ANSWERS_WITHIN_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    said = re.match(r"v(\d+)\.(\d+)\.(\d+)", ran.stdout)
    return Node(Path(found), (int(said[1]), int(said[2]), int(said[3]))) if said else None


def require_node() -> Node:
    """The Node.js that runs Appium.

    Raises:
        UsageError: there is none, or it is too old; says what to install.
    """
    node = find_node()
    if node is None:
        zh = f"没有找到 Node.js。{INSTALL_NODE.zh}，然后 make android"
        en = f"Node.js was not found. {INSTALL_NODE.en}, then: make android"
        raise UsageError(Words(zh=zh, en=en))
    if not node.serves:
        version = ".".join(map(str, node.version))
        zh = f"{node.path} 是 Node.js {version}。{INSTALL_NODE.zh}，然后 make android"
        en = f"{node.path} is Node.js {version}. {INSTALL_NODE.en}, then: make android"
        raise UsageError(Words(zh=zh, en=en))
    return node


def installed_version(package: str, project: Path = PROJECT) -> str | None:
    """The version of an npm package that is installed for the project, None when it is not."""
    try:
        about = json.loads((module(package, project) / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(about["version"])


def module(package: str, project: Path = PROJECT) -> Path:
    """Where npm installs a package for the project."""
    return project / "node_modules" / package
