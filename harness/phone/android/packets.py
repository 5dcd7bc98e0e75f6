"""ADB's packets: a header of six little-endian words, and up to 256 KiB of payload.

Source: the file docs/dev/protocol.md of the Android platform's adb.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass

VERSION = 0x01000001
"""Of the protocol: from here on payloads carry no checksum."""
LARGEST_PAYLOAD = 256 * 1024

CONNECT, OPEN, READY, WRITE, CLOSE = b"CNXN", b"OPEN", b"OKAY", b"WRTE", b"CLSE"

_HEADER = struct.Struct("<4s5I")


class NotAdb(ValueError):
    """What came is no packet: whoever connected does not speak adb."""


@dataclass(frozen=True)
class Packet:
    """One message. For streams `first` is the sender's id of it, `second` the receiver's."""

    command: bytes
    first: int
    second: int
    payload: bytes = b""

    def encode(self) -> bytes:
        """The packet as it goes over the wire."""
        magic = int.from_bytes(self.command, "little") ^ 0xFFFFFFFF
        header = _HEADER.pack(self.command, self.first, self.second, len(self.payload), 0, magic)
        return header + self.payload


async def read_packet(reader: asyncio.StreamReader) -> Packet:
    """The next packet.

    Raises:
        NotAdb: what comes is none.
        asyncio.IncompleteReadError: the connection has ended.
    """
    header = await reader.readexactly(_HEADER.size)
    command, first, second, length, _, magic = _HEADER.unpack(header)
    if magic != int.from_bytes(command, "little") ^ 0xFFFFFFFF or length > LARGEST_PAYLOAD:
        raise NotAdb(f"not a packet of adb: {header!r}")
    return Packet(command, first, second, await reader.readexactly(length))
