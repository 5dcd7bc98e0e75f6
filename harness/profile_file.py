"""The profile of an App as a file that is edited: what somebody else writes is not lost."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from harness.errors import UsageError
from harness.load import Document, load_profile
from harness.model import AppProfile, Words
from harness.project import APPS, SCENARIOS
from harness.store import write_whole

Read = TypeVar("Read")


class ChangedOnDisk(UsageError):
    """Somebody else has changed the file since it was read: it was not written."""


@dataclass
class ProfileFile:
    """A profile on the disk, as it was read last.

    Attributes:
        path: of the file.
        root: of the project.
        text: what it says.
        document: what that means.
    """

    path: Path
    root: Path
    text: str
    document: Document[AppProfile]

    @classmethod
    def read(cls, root: Path, app: str) -> ProfileFile:
        """Reads the profile of an App.

        Raises:
            UsageError: there is none, or it cannot be read; with all its mistakes.
        """
        path = root / SCENARIOS / APPS / f"{app}.yaml"
        document = load_profile(path, root=root)
        return cls(path, root, _text(path), document)

    @property
    def profile(self) -> AppProfile:
        """What it means."""
        return self.document.value

    def refresh(self) -> None:
        """Reads it again if somebody else has changed it; one that is wrong is not taken.

        Raises:
            UsageError: it has changed, and cannot be read; all is as it was before.
        """
        if _text(self.path) != self.text:
            fresh = ProfileFile.read(self.root, self.path.stem)
            self.text, self.document = fresh.text, fresh.document

    def change(self, edit: Callable[[str], str]) -> bool:
        """Writes the file with an edit of its text, whole or not at all; whether it is another.

        Raises:
            ChangedOnDisk: it has changed since it was read, and has been read again.
            UsageError: the edit is not possible, or would make the file wrong.
        """
        if _text(self.path) != self.text:
            self.refresh()
            raise ChangedOnDisk(
                f"{self.document.path} 在磁盘上被改过，没有写；请再做一次 / it was changed on the "
                "disk meanwhile, and nothing was written: do it again"
            )
        text = edit(self.text)
        if text == self.text:
            return False
        document = load_apart(load_profile, text, self.path.relative_to(self.root), self.root)
        _hold_to_model(document.value, self.profile)
        try:
            write_whole(self.path, as_bytes(text))
        except OSError as exc:
            said = Words(zh=f"没有写成：{exc.strerror}", en=f"not written: {exc.strerror}")
            raise UsageError(f"{self.document.path}: {said}") from exc
        self.text, self.document = text, document
        return True


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else ""


def _hold_to_model(profile: AppProfile, before: AppProfile) -> None:
    """Only what was added has changed.

    Raises:
        UsageError: something that was named before would be lost.
    """
    lost = [name for name in before.elements if name not in profile.elements]
    if lost:
        zh = f"这一改会丢掉 {'、'.join(lost)}：没有写"
        raise UsageError(Words(zh=zh, en=f"the edit would lose {', '.join(lost)}: not written"))


# --- before anything is written -------------------------------------------------------------------


def load_apart(load: Callable[..., Read], text: str, place: Path, root: Path | None = None) -> Read:
    """Reads a text as the file at a place of a project, which stays as it is.

    Args:
        load: reads such a file.
        text: what it would say.
        place: of it, relative to the project's root.
        root: of a project whose files beside it may be referred to, as by `like:`.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, place)
        path.parent.mkdir(parents=True)
        for other in (root / place).parent.glob("*.yaml") if root is not None else ():
            shutil.copyfile(other, path.with_name(other.name))
        path.write_bytes(text.encode("utf-8", "replace"))
        return load(path, root=Path(folder))


def as_bytes(text: str) -> bytes:
    """A text as it is written into a file.

    Raises:
        UsageError: it holds half a character, which no file can.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as exc:
        raise UsageError(
            f"有半个字符 {text[exc.start]!a}，没有写 / there is half a character in it: "
            "nothing was written"
        ) from exc
