"""adb's file protocol, version 1: push, pull, list.

Source: the file docs/dev/sync.md of the Android platform's adb.
"""

from __future__ import annotations

import struct

from harness.phone.android.files import Files
from harness.phone.android.streams import Stream

_REQUEST = struct.Struct("<4sI")
_STAT = struct.Struct("<4s3I")
_ENTRY = struct.Struct("<4s4I")
LARGEST_CHUNK = 64 * 1024
LONGEST_PATH = 1024


async def serve(stream: Stream, files: Files) -> None:
    """Answers requests until the other side quits."""
    while True:
        what, length = _REQUEST.unpack(await stream.read_exactly(_REQUEST.size))
        if what == b"QUIT":
            return
        if length > LONGEST_PATH:
            await _fail(stream, "path too long")
            return
        path = (await stream.read_exactly(length)).decode("utf-8", "replace")
        if what == b"STAT":
            await stream.write(_STAT.pack(b"STAT", *files.stat(path)))
        elif what == b"LIST":
            await _list(stream, files, path)
        elif what == b"RECV":
            await _pull(stream, files, path)
        elif what == b"SEND":
            await _push(stream, files, path)
        else:
            await _fail(stream, f"unknown request {what!r}")
            return


async def _list(stream: Stream, files: Files, path: str) -> None:
    for name in files.names(path):
        encoded = name.encode()
        entry = files.stat(f"{path.rstrip('/')}/{name}")
        await stream.write(_ENTRY.pack(b"DENT", *entry, len(encoded)) + encoded)
    await stream.write(_ENTRY.pack(b"DONE", 0, 0, 0, 0))


async def _pull(stream: Stream, files: Files, path: str) -> None:
    try:
        content = files.read(path)
    except OSError as problem:
        await _fail(stream, f"open failed: {problem.strerror}")
        return
    for begin in range(0, len(content), LARGEST_CHUNK):
        chunk = content[begin : begin + LARGEST_CHUNK]
        await stream.write(_REQUEST.pack(b"DATA", len(chunk)) + chunk)
    await stream.write(_REQUEST.pack(b"DONE", 0))


async def _push(stream: Stream, files: Files, target: str) -> None:
    path, _, mode = target.rpartition(",")
    content = bytearray()
    while True:
        what, length = _REQUEST.unpack(await stream.read_exactly(_REQUEST.size))
        if what == b"DONE":
            break
        content += await stream.read_exactly(length)
    try:
        files.write(path, bytes(content), mode=int(mode) & 0o777, modified_s=length)
    except (OSError, ValueError) as problem:
        await _fail(stream, f"couldn't create file: {problem}")
        return
    await stream.write(_REQUEST.pack(b"OKAY", 0))


async def _fail(stream: Stream, message: str) -> None:
    encoded = message.encode()
    await stream.write(_REQUEST.pack(b"FAIL", len(encoded)) + encoded)
