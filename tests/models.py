"""The models that people's files are read with, for tests that hold a table to all of them."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel

from harness.spot import fields


def models_below(model: type[BaseModel]) -> frozenset[type[BaseModel]]:
    """The model and all that can be written inside it."""
    found: set[type[BaseModel]] = set()
    _gather(model, found)
    return frozenset(found)


def _gather(annotation: Any, found: set[type[BaseModel]]) -> None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in found:
            found.add(annotation)
            for inner in fields(annotation).values():
                _gather(inner, found)
        return
    for inner in get_args(annotation):
        _gather(inner, found)
