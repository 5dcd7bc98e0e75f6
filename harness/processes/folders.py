"""Where files lie that belong to no run: the project, and what is kept for each user."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def per_user() -> Path:
    """A folder of the user's own, made when it is not there; it may be deleted between runs."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(caches) / "zhangce"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
