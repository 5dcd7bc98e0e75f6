"""Follows pydantic's way to an error through the models and the file at once.

Pydantic's way names union tags and the keys behind short forms, which are not in
the file; only the models tell these from real keys. (In `tap: {text: {text: x}}`
one of pydantic's three `text` is a tag.)
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Discriminator, Tag

from harness.problem import FieldPath, Place
from harness.yaml_source import Entry, Node, Sequence
from harness.yaml_source import Mapping as YamlMapping

KEY = "[key]"
"""Pydantic's last piece of the way to a key that is wrong itself."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in a file, and what the models say about it."""

    path: FieldPath
    node: Node
    place: Place
    """Of the value, or of its key when the value begins on a later line."""
    key_place: Place
    annotation: Any
    model: type[BaseModel]
    """The innermost model that the value is, or is in."""

    def at_key(self, key: str) -> Spot | None:
        """The spot of a key of this mapping, if it has it."""
        entry = self.node.entry(key) if isinstance(self.node, YamlMapping) else None
        return None if entry is None else self.at_entry(entry)

    def at_entry(self, entry: Entry) -> Spot:
        """The spot of the value of an entry of this mapping."""
        return replace(
            self,
            path=(*self.path, entry.key),
            node=entry.value,
            place=entry.place,
            key_place=entry.key_place,
        )

    def at_item(self, index: int) -> Spot | None:
        """The spot of an item of this list, if it has so many."""
        if not isinstance(self.node, Sequence) or not 0 <= index < len(self.node.items):
            return None
        item = self.node.items[index]
        path = (*self.path, index)
        return replace(self, path=path, node=item, place=item.place, key_place=item.place)


def top(root: Node, model: type[BaseModel]) -> Spot:
    """The spot of a whole file."""
    return Spot((), root, root.place, root.place, model, model)


def follow(spot: Spot, way: Iterable[str | int]) -> Spot:
    """The spot that pydantic's way leads to, or the last one on it that the file has."""
    for piece in way:
        spot = _follow_piece(spot, piece)
    return spot


def descend(spot: Spot, path: Iterable[str | int]) -> Spot:
    """The spot at a path of keys and indices, or the last one on it that the file has."""
    for piece in path:
        found = spot.at_item(piece) if isinstance(piece, int) else spot.at_key(piece)
        spot = found or spot
    return spot


def _follow_piece(spot: Spot, piece: str | int) -> Spot:
    annotation = _without_none(spot.annotation)
    members = _tagged_members(annotation)
    if members is not None:
        return _enter(spot, members.get(str(piece), Any))
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _enter(spot.at_key(str(piece)) or spot, fields(annotation).get(str(piece), Any))
    if get_origin(annotation) is tuple and isinstance(piece, int):
        return _enter(spot.at_item(piece) or spot, get_args(annotation)[0])
    if _is_mapping(annotation) and piece != KEY:
        return _enter(spot.at_key(str(piece)) or spot, get_args(annotation)[1])
    return spot


def _enter(spot: Spot, annotation: Any) -> Spot:
    bare = _bare(_without_none(annotation))
    is_model = isinstance(bare, type) and issubclass(bare, BaseModel)
    return replace(spot, annotation=annotation, model=bare if is_model else spot.model)


@cache
def fields(model: type[BaseModel]) -> Mapping[str, Any]:
    """The full annotation of each field, by the key that it has in a file."""
    hints = get_type_hints(model, include_extras=True)
    return {info.alias or name: hints[name] for name, info in model.model_fields.items()}


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _is_mapping(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _without_none(annotation: Any) -> Any:
    """`X` of `X | None`: pydantic's way does not name that choice."""
    if not _is_union(annotation):
        return annotation
    others = [member for member in get_args(annotation) if member is not types.NoneType]
    return others[0] if len(others) == 1 else annotation


def _tagged_members(annotation: Any) -> Mapping[str, Any] | None:
    """The members of a tagged union by tag; None when it is no tagged union."""
    if get_origin(annotation) is not Annotated:
        return None
    union, *metadata = get_args(annotation)
    if not _is_union(union):
        return None
    key = next((found for each in metadata if (found := _discriminator(each))), None)
    if key is None:
        return None
    return {
        tag: member
        for member in get_args(union)
        for tag in (_tags(member) if key is Discriminator else _kinds(member, key))
    }


def tags_of(union: Any) -> tuple[str, ...]:
    """The tags that tell the members of a tagged union apart, in the order of the union."""
    return tuple(_tagged_members(union) or ())


def _discriminator(metadata: Any) -> Any:
    """`Discriminator` for tags that a function finds, a field's name otherwise, or None."""
    if isinstance(metadata, Discriminator):
        return Discriminator
    return getattr(metadata, "discriminator", None)


def _tags(member: Any) -> tuple[str, ...]:
    return tuple(each.tag for each in get_args(member)[1:] if isinstance(each, Tag))


def _kinds(member: Any, key: str) -> tuple[str, ...]:
    kind = fields(_bare(member))[key]
    return get_args(kind) if get_origin(kind) is Literal else ()
