"""What is seen on the page gets its name in the App's profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import TypeAdapter, ValidationError

from harness.errors import UsageError
from harness.inspect.discretion import Discretion
from harness.inspect.held_phone import HeldPhone
from harness.inspect.papers import Papers
from harness.inspect.profile_text import plain_locator, with_entry, with_item, with_locators
from harness.model import Locator, Words
from harness.yaml_source import as_plain, read_source

LOCATOR: TypeAdapter[Locator] = TypeAdapter(Locator)


class Naming:
    """The pen of an inspection.

    Args:
        phone: nothing is done on it while the profile is written.
        papers: the profile.
        discretion: what must not be written into it.
    """

    def __init__(self, phone: HeldPhone, papers: Papers, discretion: Discretion) -> None:
        self._phone = phone
        self._papers = papers
        self._discretion = discretion

    def element(self, name: str, locators: Sequence[str]) -> None:
        """Names an element in the profile, by these locators as they are written.

        Raises:
            UsageError: something is wrong with name or locators, or the file has changed.
        """
        found = [*dict.fromkeys(self._harmless(each) for each in locators)]
        if not found:
            raise UsageError("没有选定位 / no locator was chosen")
        self._change(lambda text: with_locators(text, name, found))

    def sign(self, key: str, locator: str) -> None:
        """Adds to a list of the profile by what something is known: `waiting`, `errors` ...

        Raises:
            UsageError: it is there already, there is no such list, or the file has changed.
        """
        if key not in ("waiting", "errors", "maintenance", "commits", "mask"):
            raise UsageError(f"no such list: {key}")
        # To mask a name one has to write it down: what a rule says is its author's to answer for.
        item = plain_locator(_locator(locator) if key == "mask" else self._harmless(locator))
        self._change(lambda text: with_item(text, key, item))

    def interruption(self, name: str, seen: str, dismiss: str) -> None:
        """Adds what may come unasked: by what it is known, and what sends it away.

        Raises:
            UsageError: as with `element`.
        """
        item = {
            "name": name,
            "seen": plain_locator(self._harmless(seen)),
            "dismiss": plain_locator(self._harmless(dismiss)),
        }
        self._change(lambda text: with_item(text, "interruptions", item))

    def barrier(self, name: str, kind: str, seen: str, into: str = "", inbox: str = "") -> None:
        """Adds where a person or a secret is needed.

        Args:
            name: of the barrier.
            kind: `sms_code`, `slider` ...
            seen: the locator of what shows it.
            into: the element's name that a code goes into; empty if it asks for none.
            inbox: a pattern of the text message, its first group the code; empty if none comes.

        Raises:
            UsageError: as with `element`.
        """
        value = {
            "kind": kind,
            "seen": plain_locator(self._harmless(seen)),
            **({"into": into} if into else {}),
            **({"inbox": inbox} if inbox else {}),
            "within_s": 60,
        }
        self._change(lambda text: with_entry(text, "barriers", name, value))

    def _harmless(self, text: str) -> Locator:
        """A locator that says nothing which must not be written down."""
        if self._discretion.hides_in(text):
            raise UsageError(
                "定位里有个人信息或秘密，不写进档案 / there is personal data or a secret in the "
                "locator: it is not written into the profile"
            )
        return _locator(text)

    def _change(self, edit: Callable[[str], str]) -> None:
        with self._phone.at_work(Words(zh="写档案", en="writing the profile")):
            self._papers.change_profile(edit)


def _locator(text: str) -> Locator:
    """A locator as it is written in a profile: `{id: home_search}`."""
    root = read_source(text.encode("utf-8", "replace")).root
    try:
        return LOCATOR.validate_python(None if root is None else as_plain(root))
    except ValidationError as exc:
        raise UsageError(
            f"不是定位 / this is no locator: {text}; 写成 write {{id: ...}}, {{text: ...}}"
        ) from exc
