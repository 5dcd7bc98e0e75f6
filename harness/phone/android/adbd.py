"""The phone's side of adb, over TCP: connections, and the streams that run over each."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

from harness.phone.android.packets import (
    CLOSE,
    CONNECT,
    LARGEST_PAYLOAD,
    OPEN,
    READY,
    VERSION,
    WRITE,
    NotAdb,
    Packet,
    read_packet,
)
from harness.phone.android.streams import Stream

FEATURES = ("shell_v2", "cmd", "fixed_push_mkdir")
"""Only what is there: adb asks for what is named here, and for nothing else."""

Service = Callable[[Stream], Awaitable[None]]
Find = Callable[[str], Awaitable[Service | None]]
"""From the name of a service (`shell,v2:ls`) to what serves it; None refuses the stream."""


class Adbd:
    """Answers adb servers that connect to a listening socket."""

    def __init__(self, listening: socket.socket, banner: str, find: Find) -> None:
        self._listening = listening
        self._banner = banner
        self._find = find
        self._connections: set[_Connection] = set()
        self._plugged = asyncio.Event()
        self._plugged.set()

    async def serve(self) -> None:
        """Answers until it is cancelled."""
        server = await asyncio.start_server(self._connected, sock=self._listening)
        async with server:
            await server.serve_forever()

    async def unplug(self, seconds: float) -> None:
        """The phone is gone for so long: connections break, new ones are refused."""
        self._plugged.clear()
        for connection in tuple(self._connections):
            connection.end()
        await asyncio.sleep(seconds)
        self._plugged.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._plugged.is_set():
            writer.close()
            return
        connection = _Connection(reader, writer, self._banner, self._find)
        self._connections.add(connection)
        try:
            await connection.serve()
        finally:
            self._connections.discard(connection)


class _Connection:
    """One adb server's connection, until it ends."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        banner: str,
        find: Find,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._banner = banner
        self._find = find
        self._ids = itertools.count(1)
        self._streams: dict[int, Stream] = {}
        self._services: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Answers packet by packet."""
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, NotAdb):
                while True:
                    self._answer(await read_packet(self._reader))
        finally:
            self.end()

    def end(self) -> None:
        """Breaks the connection, and ends all that runs over it."""
        for stream in self._streams.values():
            stream.end()
        for service in self._services:
            service.cancel()
        self._writer.close()

    def _send(self, packet: Packet) -> None:
        if not self._writer.is_closing():
            self._writer.write(packet.encode())

    def _answer(self, packet: Packet) -> None:
        if packet.command == CONNECT:
            banner = f"device::{self._banner}features={','.join(FEATURES)}".encode()
            self._send(Packet(CONNECT, VERSION, LARGEST_PAYLOAD, banner))
        elif packet.command == OPEN:
            self._open(packet)
        else:
            self._of_stream(packet)

    def _of_stream(self, packet: Packet) -> None:
        stream = self._streams.get(packet.second)
        if stream is None:
            if packet.command == WRITE:
                self._send(Packet(CLOSE, 0, packet.first))
        elif packet.command == WRITE:
            stream.take(packet.payload)
        elif packet.command == READY:
            stream.taken()
        elif packet.command == CLOSE:
            stream.end()

    def _open(self, packet: Packet) -> None:
        name = packet.payload.rstrip(b"\0").decode("utf-8", "replace")
        task = asyncio.create_task(self._serve(name, packet.first), name=name)
        self._services.add(task)
        task.add_done_callback(self._services.discard)

    async def _serve(self, name: str, theirs: int) -> None:
        service = await self._find(name)
        if service is None:
            self._send(Packet(CLOSE, 0, theirs))
            return
        ours = next(self._ids)
        stream = self._streams[ours] = Stream(ours, theirs, self._send)
        stream.accept()
        try:
            # A stream that the other side closes in the middle is its own affair.
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await service(stream)
        finally:
            stream.close()
            self._streams.pop(ours, None)
