"""`python -m harness.phone.chromium`: a Chromium that ends with whoever started it.

The phone's web views are pages of this Chromium. It runs headless, with a profile
of its own in a temporary folder, and knows no network. One line of JSON says
where its DevTools listen, once they do. When standard input is closed, however
that came about, Chromium and its profile are gone.

Between its DevTools and whoever connects stands a gate: what Chromium says of
itself is said as Android's WebView says it (`Android-Package`), and of its pages
only those are told that are web views. All else, WebSockets too, passes as it is.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
"""What Chromium is called on the PATH, in the order in which it is looked for."""
FONTS = Path(__file__).parent / "fonts"
HEAD_ENDS = b"\r\n\r\n"
CHUNK = 1 << 16
PARENT_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of Linux's prctl."""

ARGUMENTS = (
    "--headless",
    "--no-startup-window",
    "--remote-debugging-port=0",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-breakpad",
    "--password-store=basic",
    "--lang=zh-CN",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_FONT_SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
_LISTENS = re.compile(rb"DevTools listening on ws://127\.0\.0\.1:(?P<port>\d+)(?P<path>/\S+)")


def find_program() -> str | None:
    """The path of the Chromium of this machine; None when it has none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def main(
    package: Annotated[str, typer.Option(help="The App that the web views belong to.")],
) -> None:
    """Runs Chromium until standard input is closed."""
    program = find_program()
    if program is None:
        sys.stderr.write(f"none of these is installed: {', '.join(PROGRAMS)}\n")
        raise typer.Exit(3)
    with tempfile.TemporaryDirectory(prefix="webview-", ignore_cleanup_errors=True) as profile:
        asyncio.run(_run(program, package, Path(profile)))


async def _run(program: str, package: str, profile: Path) -> None:
    chromium = await asyncio.create_subprocess_exec(
        program,
        *_arguments(profile),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=_surroundings(profile),
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )
    try:
        await _serve_until_closed(chromium, package)
    finally:
        # The whole group: Chromium is a family of processes.
        with suppress(ProcessLookupError):
            os.killpg(chromium.pid, signal.SIGKILL)
        await chromium.wait()


def _end_with_parent() -> None:
    """Runs in the child: should this process be killed, Linux kills Chromium too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _arguments(profile: Path) -> Sequence[str]:
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [*ARGUMENTS, *as_root, f"--user-data-dir={profile}"]


def _surroundings(profile: Path) -> Mapping[str, str]:
    """The environment: the fonts of the phone are all the fonts that there are.

    What Chromium leaves among temporary files when it is killed goes with its profile.
    """
    settings = profile / "fonts.conf"
    settings.write_text(_FONT_SETTINGS.format(fonts=FONTS, cache=profile / "fonts"), "utf-8")
    return {**os.environ, "FONTCONFIG_FILE": str(settings), "TMPDIR": str(profile)}


async def _serve_until_closed(chromium: asyncio.subprocess.Process, package: str) -> None:
    leash = asyncio.create_task(_closed_input())
    serving = asyncio.create_task(_serve(chromium, package))
    done, waiting = await asyncio.wait({leash, serving}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    for task in done:
        task.result()


async def _closed_input() -> None:
    """Waits until nobody holds the other end of standard input."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer
    )
    while await reader.read(CHUNK):
        pass


async def _serve(chromium: asyncio.subprocess.Process, package: str) -> None:
    """Serves the gate as long as Chromium lives."""
    if chromium.stderr is None:
        raise ValueError("Chromium's standard error must be a pipe")
    listens = await _listening(chromium.stderr)
    if listens is None:
        raise SystemExit("Chromium ended before it listened")
    gate = Gate(int(listens["port"]), package)
    server = await asyncio.start_server(gate.pass_on, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    path = listens["path"].decode()
    announcement = {"host": host, "port": port, "path": path, "pid": chromium.pid}
    sys.stdout.write(json.dumps(announcement) + "\n")
    sys.stdout.flush()
    while await chromium.stderr.read(CHUNK):
        pass  # nobody reads it, and a full pipe would stop Chromium


async def _listening(said: asyncio.StreamReader) -> re.Match[bytes] | None:
    """The line that says where its DevTools listen; None when it ends without one."""
    async for line in said:
        if match := _LISTENS.search(line):
            return match
    return None


class Gate:
    """Passes connections on to Chromium's DevTools at a port of the loopback address."""

    def __init__(self, port: int, package: str) -> None:
        self._port = port
        self._package = package

    async def pass_on(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        """Passes one connection on: a WebSocket, or one request and its answer."""
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await client.readuntil(HEAD_ENDS)
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            try:
                if re.search(rb"(?mi)^upgrade:", head):
                    await _splice(head, (client, answer), (reader, writer))
                else:
                    answer.write(await self._answer(head, reader, writer))
                    await answer.drain()
            finally:
                writer.close()
        answer.close()

    async def _answer(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bytes:
        """Chromium's answer to a request without a body, as a WebView gives it."""
        writer.write(head)
        said = await reader.readuntil(HEAD_ENDS)
        length = re.search(rb"(?mi)^content-length:\s*(\d+)", said)
        body = await reader.readexactly(int(length[1])) if length else b""
        path = head.split(b" ", 2)[1].rstrip(b"/")
        if b" 200 " in said.split(b"\r\n", 1)[0]:
            body = self._as_a_web_view(path.decode("latin-1"), body)
        return _with_body(said, body)

    def _as_a_web_view(self, path: str, body: bytes) -> bytes:
        if path == "/json/version":
            return json.dumps({**json.loads(body), "Android-Package": self._package}).encode()
        if path in ("/json", "/json/list"):
            return json.dumps([page for page in json.loads(body) if _is_web_view(page)]).encode()
        return body


def _is_web_view(page: Mapping[str, Any]) -> bool:
    """Whether DevTools tell of a page, and not of a part of Chromium's own window."""
    return bool(page["type"] == "page")


def _with_body(head: bytes, body: bytes) -> bytes:
    """An answer with another body, after which the connection ends."""
    lines = [
        line
        for line in head.split(b"\r\n")
        if line and not line.lower().startswith((b"content-length:", b"connection:"))
    ]
    lines += [b"Content-Length: %d" % len(body), b"Connection: close"]
    return b"\r\n".join(lines) + HEAD_ENDS + body


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _splice(head: bytes, client: Ends, chromium: Ends) -> None:
    """Passes bytes on both ways until either end is closed."""
    chromium[1].write(head)
    ways = {
        asyncio.create_task(_pour(client[0], chromium[1])),
        asyncio.create_task(_pour(chromium[0], client[1])),
    }
    _, waiting = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in waiting:
        way.cancel()
    await asyncio.gather(*ways, return_exceptions=True)


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK):
        target.write(data)
        await target.drain()


if __name__ == "__main__":
    typer.run(main)
