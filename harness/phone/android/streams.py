"""A stream of adb as the service at its end sees it: bytes in, bytes out, an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from harness.phone.android.packets import CLOSE, LARGEST_PAYLOAD, READY, WRITE, Packet


class Stream:
    """One open stream.

    Attributes:
        closed: set when either side has closed it.
    """

    def __init__(self, ours: int, theirs: int, send: Callable[[Packet], None]) -> None:
        self._ours = ours
        self._theirs = theirs
        self._send = send
        self._arrived = asyncio.StreamReader(limit=2 * LARGEST_PAYLOAD)
        self._may_write = asyncio.Event()
        self.closed = asyncio.Event()

    # --- for the service

    async def read(self, most: int = LARGEST_PAYLOAD) -> bytes:
        """What has arrived, as soon as there is any; nothing at the end."""
        return await self._arrived.read(most)

    async def read_exactly(self, count: int) -> bytes:
        """So many bytes.

        Raises:
            asyncio.IncompleteReadError: the stream ended before.
        """
        return await self._arrived.readexactly(count)

    async def write(self, data: bytes) -> None:
        """Sends bytes, each packet when the last one has been taken.

        Raises:
            ConnectionResetError: the other side has closed the stream.
        """
        for begin in range(0, len(data), LARGEST_PAYLOAD):
            self._may_write.clear()
            self._transmit(WRITE, data[begin : begin + LARGEST_PAYLOAD])
            await self._may_write.wait()
            if self.closed.is_set():
                raise ConnectionResetError("the stream was closed")

    def close(self) -> None:
        """Ends the stream from our side."""
        if not self.closed.is_set():
            self._transmit(CLOSE)
            self.end()

    # --- for the connection

    def accept(self) -> None:
        """Tells the other side that its request to open the stream is granted."""
        self._transmit(READY)

    def take(self, data: bytes) -> None:
        """Bytes have arrived."""
        self._arrived.feed_data(data)
        self._transmit(READY)

    def taken(self) -> None:
        """The other side has taken what was sent."""
        self._may_write.set()

    def end(self) -> None:
        """The stream is over."""
        self.closed.set()
        self._arrived.feed_eof()
        self._may_write.set()

    def _transmit(self, command: bytes, payload: bytes = b"") -> None:
        self._send(Packet(command, self._ours, self._theirs, payload))
