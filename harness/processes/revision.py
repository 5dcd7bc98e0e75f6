"""Which commit of the project is being run."""

from __future__ import annotations

import subprocess
from pathlib import Path


def current_commit(root: Path) -> str:
    """The commit's hash, `+` behind it when files differ from it; `unknown` outside a checkout."""
    try:
        head = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head}+" if changed else head


def _git(root: Path, *arguments: str) -> str:
    command = ("git", "-C", str(root), *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
