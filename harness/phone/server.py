"""Serving a phone's endpoint over HTTP/1.1, on this machine only."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import uvicorn

from harness.phone.clock import pause
from harness.phone.device import Phone
from harness.phone.protocol import Endpoint

Application = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI application."""
KEEP_ALIVE_S = 3600
"""A client's connection stays open between two steps of a slow task; uvicorn's default is 5 s."""
STOP_S = 10.0
ENDING_S = 3.0
"""How long a request that is under way may hold up the end of the process."""


def listen(port: int = 0) -> socket.socket:
    """A socket on the loopback address; port 0 takes a free one.

    It listens from here on, so that a client may connect before the server runs.
    """
    # asyncio turns Nagle's algorithm off only for sockets that say that they are TCP. With it, the
    # second write of an answer would wait 40 ms for the client to acknowledge the first.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(128)
    return listening


def url_of(listening: socket.socket) -> str:
    """The URL of a socket."""
    host, port = listening.getsockname()
    return f"http://{host}:{port}"


def server(application: Application) -> uvicorn.Server:
    """What serves an application; it runs once it is told on which sockets."""
    config = uvicorn.Config(
        application,
        interface="asgi3",
        loop="asyncio",
        http="httptools",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


@contextmanager
def serving(phone: Phone, port: int = 0, pause: Callable[[float], None] = pause) -> Iterator[str]:
    """Serves a phone from a thread of this process, and gives the URL.

    `pause` is how it waits when it is told to answer late.

    The phone is not made for two threads: touch it from outside only while no
    request is under way.
    """
    listening = listen(port)
    running = server(Endpoint(phone, pause=pause))
    thread = threading.Thread(
        target=running.run, kwargs={"sockets": [listening]}, name="phone", daemon=True
    )
    thread.start()
    try:
        yield url_of(listening)
    finally:
        running.should_exit = True
        thread.join(STOP_S)
        listening.close()
        phone.close()


def serve_until_closed(phone: Phone, listening: socket.socket, leash: BinaryIO) -> None:
    """Serves a phone until `leash` is at its end, or the process is told to stop."""
    running = server(Endpoint(phone))

    def stop() -> None:
        running.should_exit = True

    end_with(leash, stop)
    running.run(sockets=[listening])
    phone.close()


def end_with(leash: BinaryIO, stop: Callable[[], None]) -> None:
    """Calls `stop` when `leash` is at its end; should that be in vain, ends the process."""
    threading.Thread(target=_await_end, args=(leash, stop), daemon=True).start()


def _await_end(leash: BinaryIO, stop: Callable[[], None]) -> None:
    # Unbuffered: a buffered reader's lock, held here, would get in the way of Python's own end.
    while os.read(leash.fileno(), 4096):
        pass
    stop()
    end = threading.Timer(ENDING_S, os._exit, args=(1,))
    end.daemon = True
    end.start()
