"""Golden files: `UPDATE_GOLDENS=1` writes them anew, but never where CI is set."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "golden" / "scorecard"


def check(name: str, text: str) -> None:
    """Compares a text with its golden file; trailing spaces, which nobody sees, are left out."""
    text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDENS"):
        if os.environ.get("CI"):
            raise RuntimeError("UPDATE_GOLDENS is refused in CI: goldens are read by a person")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing: run with UPDATE_GOLDENS=1 and read it"
    assert text == path.read_text(encoding="utf-8")
