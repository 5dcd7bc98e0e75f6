"""`${name}` and `${secret:NAME}` in what people write.

A name stands for a scenario's data or a shared scenario's parameter, and is
filled in when the run is planned. A secret stays a placeholder in every model,
record and log: only who types it asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from harness.model import Matches

PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
SECRET = re.compile(r"secret:([A-Z][A-Z0-9_]*)")
OPENING = "${"

Model = TypeVar("Model", bound=BaseModel)


def names_in(text: str) -> tuple[str, ...]:
    """What stands between `${` and `}` in a text, in order: `name`, `secret:NAME`."""
    return tuple(PLACEHOLDER.findall(text))


def has_unclosed(text: str) -> bool:
    """Whether a `${` is left over when all placeholders are taken out."""
    return OPENING in PLACEHOLDER.sub("", text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its names filled in once; names that have no value stay, as secrets do."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def fill_model(model: Model, values: Mapping[str, str]) -> Model:
    """A copy with the names in all its texts filled in.

    In a regular expression the value stands for itself, not for a pattern.
    """
    if isinstance(model, Matches):
        values = {name: re.escape(value) for name, value in values.items()}
    changed = {
        name: filled
        for name in type(model).model_fields
        if (filled := _fill_value(old := getattr(model, name), values)) is not old
    }
    return model.model_copy(update=changed) if changed else model


def _fill_value(value: Any, values: Mapping[str, str]) -> Any:
    match value:
        case str():
            return fill(value, values) if OPENING in value else value
        case BaseModel():
            return fill_model(value, values)
        case tuple():
            return tuple(_fill_value(item, values) for item in value)
        case Mapping():
            return {key: _fill_value(item, values) for key, item in value.items()}
        case _:
            return value
