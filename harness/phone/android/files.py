"""The phone's files, in memory: what was pushed, what programs have written, what is computed."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

CAPACITY = 1 << 30
"""Bytes that fit on it."""
LINKS = {"/sdcard": "/storage/emulated/0", "/storage/self/primary": "/storage/emulated/0"}
WRITABLE = ("/data/local/tmp", "/storage/emulated/0")
"""Where the user `shell` may write."""
NULL = "/dev/null"
_DIRECTORIES = (
    *("/", "/apex", "/data", "/data/app", "/data/local", "/dev", "/mnt", "/proc", "/proc/net"),
    *("/storage", "/storage/emulated", "/storage/self", "/system", "/system/bin", "/vendor"),
    *WRITABLE,
    *(f"/storage/emulated/0/{name}" for name in ("Android", "DCIM", "Download", "Pictures")),
)


@dataclass
class _Node:
    """A file, or a directory (which has no content)."""

    mode: int
    modified_s: float
    content: bytes | None = None


class Files:
    """A tree of files. Paths are absolute; links are followed.

    Args:
        now_s: the phone's wall-clock time, in seconds since 1970.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._computed: dict[str, Callable[[], bytes]] = {NULL: lambda: b""}
        start = now_s()
        self._nodes = {
            path: _Node(stat.S_IFDIR | (0o771 if path in WRITABLE else 0o755), start)
            for path in _DIRECTORIES
        }

    def compute(self, path: str, content: Callable[[], bytes]) -> None:
        """Lets a file that cannot be written have this content whenever it is read."""
        self._computed[path] = content

    # --- looks ----------------------------------------------------------------------------------

    def exists(self, path: str) -> bool:
        """Whether anything is there."""
        where = resolve(path)
        return where in self._nodes or where in self._computed

    def is_directory(self, path: str) -> bool:
        """Whether a directory is there."""
        node = self._nodes.get(resolve(path))
        return node is not None and node.content is None

    def stat(self, path: str) -> tuple[int, int, int]:
        """Mode, size in bytes and moment of the last change in seconds; zeros for nothing there."""
        where = resolve(path)
        if where in self._computed:
            return stat.S_IFREG | 0o444, len(self._computed[where]()), int(self._now_s())
        node = self._nodes.get(where)
        if node is None:
            return 0, 0, 0
        size = 4096 if node.content is None else len(node.content)
        return node.mode, size, int(node.modified_s)

    def names(self, path: str) -> list[str]:
        """What is directly in a directory, sorted; nothing for anything else."""
        where = resolve(path)
        known = (*self._nodes, *self._computed)
        return sorted(
            posixpath.basename(each)
            for each in known
            if each != "/" and posixpath.dirname(each) == where
        )

    def below(self, path: str) -> list[str]:
        """A file or directory and all that is in it, parents first."""
        where = resolve(path)
        start = where.rstrip("/") + "/"
        return sorted(each for each in self._nodes if each == where or each.startswith(start))

    def read(self, path: str) -> bytes:
        """The content of a file.

        Raises:
            OSError: It is not there, or a directory.
        """
        where = resolve(path)
        if where in self._computed:
            return self._computed[where]()
        node = self._nodes.get(where)
        if node is None:
            raise _error(errno.ENOENT, path)
        if node.content is None:
            raise _error(errno.EISDIR, path)
        return node.content

    # --- changes --------------------------------------------------------------------------------

    def write(
        self, path: str, content: bytes, mode: int = 0o660, modified_s: float | None = None
    ) -> None:
        """Writes a file, and makes the directories that it is in.

        Raises:
            OSError: It may not be written, is a directory, or does not fit.
        """
        where = self._may_change(path)
        if where == NULL:
            return
        if self.is_directory(where):
            raise _error(errno.EISDIR, path)
        used = sum(len(node.content or b"") for node in self._nodes.values())
        if used + len(content) > CAPACITY:
            raise _error(errno.ENOSPC, path)
        self.make_directory(posixpath.dirname(where))
        self._put(where, content, mode, self._now_s() if modified_s is None else modified_s)

    def store(self, path: str, content: bytes) -> None:
        """Writes a file where only the system may: the APK of a package."""
        for parent in _parents(path):
            self._nodes.setdefault(parent, _Node(stat.S_IFDIR | 0o755, self._now_s()))
        self._put(path, content, 0o644, self._now_s())

    def make_directory(self, path: str) -> None:
        """Makes a directory and those that it is in; one that is there stays.

        Raises:
            OSError: It may not be made here, or a file is in the way.
        """
        where = resolve(path)
        for each in (*_parents(where), where):
            node = self._nodes.get(each)
            if node is None:
                self._may_change(each)
                self._nodes[each] = _Node(stat.S_IFDIR | 0o770, self._now_s())
            elif node.content is not None:
                raise _error(errno.ENOTDIR, path)

    def remove(self, path: str) -> None:
        """Removes a file, or a directory with all that is in it.

        Raises:
            OSError: It is not there, or may not be removed.
        """
        where = self._may_change(path)
        if where not in self._nodes:
            raise _error(errno.ENOENT, path)
        self.discard(where)

    def discard(self, path: str) -> None:
        """Removes what is there, if anything is, wherever it is."""
        for each in self.below(path):
            del self._nodes[each]

    def change_mode(self, path: str, mode: int) -> None:
        """Sets the permissions.

        Raises:
            OSError: It is not there, or is not the shell's.
        """
        node = self._node_to_change(path)
        node.mode = stat.S_IFMT(node.mode) | (mode & 0o7777)

    def touch(self, path: str) -> None:
        """Sets the moment of the last change to now, making an empty file where none is.

        Raises:
            OSError: It may not be changed.
        """
        if self.exists(path):
            self._node_to_change(path).modified_s = self._now_s()
        else:
            self.write(path, b"")

    def _put(self, where: str, content: bytes, mode: int, modified_s: float) -> None:
        self._nodes[where] = _Node(stat.S_IFREG | mode, modified_s, content)

    def _node_to_change(self, path: str) -> _Node:
        where = self._may_change(path)
        if where not in self._nodes:
            raise _error(errno.ENOENT, path)
        return self._nodes[where]

    def _may_change(self, path: str) -> str:
        where = resolve(path)
        if where == NULL or any(where.startswith(f"{each}/") for each in WRITABLE):
            return where
        raise _error(errno.EACCES if where.startswith(("/data", "/storage")) else errno.EROFS, path)


def resolve(path: str, directory: str = "/") -> str:
    """An absolute path without dots and links; a relative one starts in `directory`."""
    where = posixpath.normpath("/" + posixpath.join(directory, path)).replace("//", "/")
    for link, target in LINKS.items():
        if where == link or where.startswith(f"{link}/"):
            return target + where[len(link) :]
    return where


def _parents(path: str) -> Iterator[str]:
    parts = path.strip("/").split("/")[:-1]
    return (f"/{'/'.join(parts[: count + 1])}" for count in range(len(parts)))


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)
