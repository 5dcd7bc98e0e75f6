"""JSON Schemas (draft-07, for editors) of what people write, from the same models.

What the loader accepts is valid by them. They know less than the loader: not what
holds between two places of a file, such as a variable and its data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from harness.model import AppProfile, Devices, Scenario, SharedSteps

FOLDER = Path("docs/schema")
"""Where the schemas are, below the project's root."""

MODELS: Mapping[str, type[BaseModel]] = {
    "scenario": Scenario,
    "shared": SharedSteps,
    "profile": AppProfile,
    "devices": Devices,
}

_DIALECT = "http://json-schema.org/draft-07/schema#"


def write_schema(model: type[BaseModel]) -> str:
    """The JSON Schema of a model as the text of a file; the same models give the same text."""
    schema = model.model_json_schema(
        by_alias=True, ref_template="#/definitions/{model}", schema_generator=_Draft07
    )
    definitions = schema.pop("$defs", {})
    whole = {"$schema": _DIALECT, **schema, "definitions": definitions}
    return json.dumps(_as_written(whole), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def write_all(root: Path) -> tuple[Path, ...]:
    """Writes every schema that is not what it should be, and answers which.

    Args:
        root: of the project.
    """
    stale = find_stale(root)
    for path in stale:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_text_for(path), encoding="utf-8", newline="\n")
    return stale


def find_stale(root: Path) -> tuple[Path, ...]:
    """The schema files, relative to the root, that are missing or not what the models say."""
    paths = (FOLDER / f"{kind}.schema.json" for kind in MODELS)
    return tuple(path for path in paths if _read(root / path) != _text_for(path))


def _text_for(path: Path) -> str:
    return write_schema(MODELS[path.name.removesuffix(".schema.json")])


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


class _Draft07(GenerateJsonSchema):
    """Pydantic writes 2020-12; but for `$defs`, what our models use of it is draft-07 too."""

    schema_dialect = _DIALECT


def _as_written(node: Any) -> Any:
    """The schema of what may stand in a file, which is a little less than the models take."""
    if isinstance(node, list):
        return [_as_written(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _as_written(value) for key, value in node.items() if not _is_noise(key, value)}
    if "patternProperties" in node:
        node["additionalProperties"] = False
    if "$ref" in node and len(node) > 1:
        # In draft-07 whatever stands beside a $ref is not looked at.
        node["allOf"] = [{"$ref": node.pop("$ref")}]
    return _without_null(node)


def _is_noise(key: str, value: Any) -> bool:
    """Titles repeat the names of fields; the value of a property called `title` is no text."""
    is_title = key == "title" and isinstance(value, str)
    # `discriminator` is OpenAPI's.
    is_foreign = key == "discriminator" and "propertyName" in value
    return is_title or is_foreign or (key == "default" and value is None)


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    """In a file an optional key is left out; that nothing is written behind it is a mistake."""
    choices = node.get("anyOf", [])
    others = [choice for choice in choices if choice != {"type": "null"}]
    if len(others) == len(choices):
        return node
    rest = {key: value for key, value in node.items() if key != "anyOf"}
    if len(others) > 1:
        return {**rest, "anyOf": others}
    return (
        {**rest, **others[0]} if "$ref" not in others[0] or not rest else {**rest, "allOf": others}
    )
