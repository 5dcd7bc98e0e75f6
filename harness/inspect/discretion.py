"""What must not be written down while a phone is inspected: secrets, personal data.

A secret that was typed is remembered, in memory alone: an App may show it, and what it shows
could end as a locator in a profile or as a word of a task.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from harness.errors import UsageError
from harness.model import Locator, Words
from harness.redaction import Redaction
from harness.variables import SECRET, names_in
from harness.yaml_source import Scalar, read_source, walk

TYPED_AT_LEAST = 4
"""Characters of what was typed into a password field, so that it is looked for elsewhere."""


class Discretion:
    """What an inspection keeps to itself; learns as it goes, and forgets nothing.

    Args:
        mask: elements that the profile masks.
    """

    def __init__(self, mask: tuple[Locator, ...]) -> None:
        self._redaction = Redaction(mask=mask)

    def secrets(self, text: str) -> Mapping[str, str]:
        """The secrets that a text names, from the environment; from now on they are in play.

        Raises:
            UsageError: one is not set.
        """
        found = {name: secret[1] for name in names_in(text) if (secret := SECRET.fullmatch(name))}
        for variable in found.values():
            if variable not in os.environ:
                zh = f"请把秘密设为环境变量 {variable}"
                en = f"set the environment variable {variable} to the secret"
                raise UsageError(Words(zh=zh, en=en))
            self._redaction.learn_secret(os.environ[variable])
        return {name: os.environ[variable] for name, variable in found.items()}

    def learn_password(self, typed: str) -> None:
        """Remembers what somebody has typed into a password field as it is."""
        if len(typed) >= TYPED_AT_LEAST:
            self._redaction.learn_secret(typed)

    def mask(self, mask: tuple[Locator, ...]) -> None:
        """The profile masks these elements from now on."""
        self._redaction.mask(mask)

    def see(self, hierarchy: str) -> None:
        """Learns what masked elements of a screen say."""
        self._redaction.screen(hierarchy)

    def hides(self, said: str) -> bool:
        """Whether something of what an App says must not be written down."""
        return self._redaction.hides(said)

    def hides_in(self, text: str) -> bool:
        """Whether something of a text in YAML must not be written down."""
        return any(map(self._redaction.hides, _readings(text)))

    def hold(self, text: str, before: str = "") -> None:
        """Holds what is to be saved against the secrets in play.

        Args:
            text: in YAML.
            before: what the file says already: that is its author's to answer for.

        Raises:
            UsageError: a secret would be written down.
        """
        now, then = [*_readings(text)], [*_readings(before)]
        if any(_count(secret, now) > _count(secret, then) for secret in self._redaction.secrets):
            raise UsageError(
                "里面有用过的秘密，不写盘；请写成 ${secret:名称} / there is a secret in it that "
                "was used here: it is not written; write ${secret:NAME} in its place"
            )


def _count(secret: str, readings: Sequence[str]) -> int:
    return sum(reading.count(secret) for reading in readings)


def _readings(text: str) -> Iterator[str]:
    """A text as it is written, as YAML reads it, and as a pattern of it does: no escape hides."""
    yield text
    for _, node in walk(read_source(text.encode("utf-8", "replace")).root):
        if isinstance(node, Scalar):
            said = str(node.value)
            yield from (said, said.replace("\\", ""))
