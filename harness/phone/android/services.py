"""What runs over adb's streams: the shell, files, sockets of the phone, and being unplugged."""

from __future__ import annotations

import asyncio
import re
import struct
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

from harness.phone.android import shell, sync
from harness.phone.android.adbd import Service
from harness.phone.android.packets import LARGEST_PAYLOAD
from harness.phone.android.shell import Follow
from harness.phone.android.streams import Stream
from harness.phone.android.system import System

AUTOMATION_PORT = 6790
"""Of the on-device UiAutomator2 server."""
AUTOMATION_STARTS_S = 0.15
"""So long a connection to it is held while it starts: a refusal costs the driver a second."""
LOOK_S = 0.05
"""How often is looked at what goes on by itself: a log that is followed, a server that ends."""
CHUNK = 64 * 1024
REBOOT_S = 5.0

STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN = range(5)
"""The kinds of packets of the shell protocol. Source: Android's adb, shell_protocol.h."""
_SHELL_PACKET = struct.Struct("<BI")
_INSTALLED_BYTES = re.compile(r"(?:install|install-write)\b.*?-S'? '?(\d+)")

Write = Callable[[bytes, int], Awaitable[None]]
"""Sends output: the bytes, and whether they are STDOUT or STDERR."""


class Services:
    """Finds what serves a stream.

    Args:
        system: the Android around the Apps.
        automation: the (host, port) at which the on-device server listens in truth.
        unplug: takes the phone away from adb for so many seconds.
        web_view: the (host, port) behind an abstract socket, or None.
    """

    def __init__(
        self,
        system: System,
        automation: tuple[str, int],
        unplug: Callable[[float], Coroutine[Any, Any, None]],
        web_view: Callable[[str], tuple[str, int] | None],
    ) -> None:
        self._system = system
        self._automation = automation
        self._unplug = unplug
        self._web_view = web_view
        self._away: asyncio.Task[None] | None = None

    async def find(self, name: str) -> Service | None:
        """What serves a stream of this name; None when the phone has nothing of the kind."""
        kind, _, rest = name.partition(":")
        first = kind.split(",")[0]
        if first in ("shell", "exec"):
            return partial(self._shell, options=kind.split(","), script=rest)
        if first == "sync":
            return partial(sync.serve, files=self._system.files)
        if first in ("tcp", "localabstract"):
            return await self._socket(first, rest)
        if first in ("reboot", "unplug"):
            return partial(self._leave, seconds=float(rest) if first == "unplug" else REBOOT_S)
        self._system.unknown.append(f"adb service {name}")
        return None

    # --- the shell ------------------------------------------------------------------------------

    async def _shell(self, stream: Stream, options: list[str], script: str) -> None:
        framed = "v2" in options
        write: Write = partial(_write_framed if framed else _write_bare, stream)
        if script:
            code = await self._run(stream, script, await _input_for(script, stream, framed), write)
        else:
            code = await self._prompt(stream, framed, write)
        if framed and not stream.closed.is_set():
            await stream.write(_SHELL_PACKET.pack(EXIT, 1) + bytes([code & 0xFF]))

    async def _run(self, stream: Stream, script: str, given: bytes, write: Write) -> int:
        outcome = shell.run(self._system, script, given)
        if isinstance(outcome, Follow):
            return await _follow(outcome, stream, write)
        if outcome.stdout:
            await write(outcome.stdout, STDOUT)
        if outcome.stderr:
            await write(outcome.stderr, STDERR)
        return outcome.code

    async def _prompt(self, stream: Stream, framed: bool, write: Write) -> int:
        """`adb shell` without a command: line by line, until its input ends or it says `exit`."""
        code, pending = 0, b""
        while True:
            await write(b"simulated:/ $ ", STDOUT)
            while b"\n" not in pending.replace(b"\r", b"\n"):
                arrived = await _read_input(stream, framed)
                if arrived is None:
                    return code
                pending += arrived.replace(b"\r", b"\n")
            line, _, pending = pending.partition(b"\n")
            script = line.decode("utf-8", "replace").strip()
            if script.split(" ")[0] == "exit":
                return code
            if script:
                code = await self._run(stream, script, b"", write)

    # --- sockets --------------------------------------------------------------------------------

    async def _socket(self, kind: str, name: str) -> Service | None:
        if kind == "localabstract":
            where = self._web_view(name)
            return None if where is None else partial(_splice, where=where, ends=lambda: False)
        if name.partition(":")[0] != str(AUTOMATION_PORT) or not await self._automation_runs():
            return None
        return partial(_splice, where=self._automation, ends=self._automation_ended)

    async def _automation_runs(self) -> bool:
        for _ in range(round(AUTOMATION_STARTS_S / LOOK_S)):
            if self._system.automation_running:
                return True
            await asyncio.sleep(LOOK_S)
        return self._system.automation_running

    def _automation_ended(self) -> bool:
        return not self._system.automation_running

    # --- being away -----------------------------------------------------------------------------

    async def _leave(self, stream: Stream, seconds: float) -> None:
        """The phone goes: by a reboot, or because its cable is pulled out for a while."""
        stream.close()
        self._away = asyncio.create_task(self._unplug(seconds))


async def _follow(program: Follow, stream: Stream, write: Write) -> int:
    try:
        while not stream.closed.is_set():
            ended = program.ended
            come = program.more()
            if come:
                await write(come, STDOUT)
            elif ended:
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(stream.closed.wait(), LOOK_S)
    finally:
        program.close()
    return program.code


async def _write_bare(stream: Stream, data: bytes, _kind: int) -> None:
    await stream.write(data)


async def _write_framed(stream: Stream, data: bytes, kind: int) -> None:
    for begin in range(0, len(data), CHUNK):
        chunk = data[begin : begin + CHUNK]
        await stream.write(_SHELL_PACKET.pack(kind, len(chunk)) + chunk)


async def _read_input(stream: Stream, framed: bool) -> bytes | None:
    """What the other side has typed; None at the end."""
    if not framed:
        return await stream.read() or None
    while True:
        kind, length = _SHELL_PACKET.unpack(await stream.read_exactly(_SHELL_PACKET.size))
        data = await stream.read_exactly(length)
        if kind == STDIN:
            return data
        if kind == CLOSE_STDIN:
            return None


async def _input_for(script: str, stream: Stream, framed: bool) -> bytes:
    """The input that a script reads: only an installation has one, and it says how long it is."""
    said = _INSTALLED_BYTES.search(script)
    wanted = int(said[1]) if said else 0
    given = bytearray()
    while len(given) < wanted:
        arrived = await _read_input(stream, framed)
        if arrived is None:
            break
        given += arrived
    return bytes(given)


async def _splice(stream: Stream, where: tuple[str, int], ends: Callable[[], bool]) -> None:
    """Connects a stream with a socket of this machine, until either is over or `ends` says so."""
    reader, writer = await asyncio.open_connection(*where, limit=LARGEST_PAYLOAD)

    async def to_phone() -> None:
        while data := await stream.read():
            writer.write(data)
            await writer.drain()

    async def from_phone() -> None:
        # A whole packet at a time, as adbd does: of shorter ones adb keeps the end back for 40 ms.
        while data := await reader.read(LARGEST_PAYLOAD):
            await stream.write(data)

    async def watch() -> None:
        while not ends():
            await asyncio.sleep(LOOK_S)

    ways = [asyncio.create_task(way()) for way in (to_phone, from_phone, watch)]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        writer.close()
