"""The published JSON Schema of what `score --json` prints and scores/scorecard.json holds."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic.json_schema import GenerateJsonSchema

from harness.schema import FOLDER
from scoring.scorecard import Scorecard

PATH = FOLDER / "scorecard.schema.json"
"""Below the project's root."""


def schema_text() -> str:
    """The schema (2020-12) as the text of its file; the same models give the same text."""
    schema = {
        "$schema": GenerateJsonSchema.schema_dialect,
        **Scorecard.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def write_schema(root: Path) -> Path:
    """Writes it below the project's root, and answers where."""
    path = root / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(schema_text(), encoding="utf-8", newline="\n")
    return path
