"""Keeps secrets out of everything that is kept: words, hierarchies, logs and pictures.

An App may echo what was typed, in a field, a toast or its log. So whatever
leaves the phone while secrets are in play passes through here.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from lxml import etree
from PIL import Image, ImageDraw
from pydantic import BaseModel

from harness.hierarchy import box_of, elements
from harness.model import Box

HIDDEN = "●●●"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Redaction:
    """What must not be kept. Without secrets everything passes as it is."""

    secrets: Collection[str]

    def words(self, text: str) -> str:
        """The text with every secret hidden."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text

    def record(self, model: Model) -> Model:
        """The model with every secret hidden in each of its texts."""
        if not self.secrets:
            return model
        return type(model).model_validate(self._values(model.model_dump(by_alias=True)))

    def picture(self, png: bytes, hierarchy: str) -> bytes:
        """The picture with every element blacked out that shows a secret, as PNG."""
        return self.covered(png, self.boxes(hierarchy))

    def covered(self, png: bytes, boxes: Collection[Box]) -> bytes:
        """The picture with these boxes blacked out, as PNG."""
        if not boxes:
            return png
        with Image.open(io.BytesIO(png)) as image:
            redacted = image.convert("RGB")
        pen = ImageDraw.Draw(redacted)
        for box in boxes:
            pen.rectangle((box.left, box.top, box.right, box.bottom), fill="black")
        out = io.BytesIO()
        redacted.save(out, "PNG", compress_level=1)
        return out.getvalue()

    def boxes(self, hierarchy: str) -> tuple[Box, ...]:
        """Where a hierarchy shows a secret: the bounds of the elements that say it."""
        said = [node for node in elements(hierarchy) if any(map(self._hides, _texts(node)))]
        return tuple(box for box in map(box_of, said) if box is not None)

    def hierarchy(self, hierarchy: str) -> str:
        """The hierarchy with every secret hidden in its attributes and texts."""
        if not self.secrets:
            return hierarchy
        nodes = elements(hierarchy)
        for node in nodes:
            for name, value in node.attrib.items():
                node.set(name, self.words(str(value)))
            node.text = node.text and self.words(node.text)
            node.tail = node.tail and self.words(node.tail)
        return etree.tostring(nodes[0], encoding="unicode") if nodes else ""

    def _hides(self, text: str) -> bool:
        return any(secret in text for secret in self.secrets)

    def _values(self, value: object) -> object:
        if isinstance(value, str):
            return self.words(value)
        if isinstance(value, dict):
            return {key: self._values(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._values(item) for item in value]
        return value


def _texts(node: etree._Element) -> list[str]:
    return [str(value) for value in node.attrib.values()]
