"""Serving a phone's endpoint over HTTP/1.1, on this machine only."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import uvicorn

from harness.phone.device import Phone
from harness.phone.protocol import application

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


def _server(phone: Phone) -> uvicorn.Server:
    config = uvicorn.Config(
        application(phone),
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
def serving(phone: Phone, port: int = 0) -> Iterator[str]:
    """Serves a phone from a thread of this process, and gives the URL.

    The phone is not made for two threads: touch it from outside only while no
    request is under way.
    """
    listening = listen(port)
    running = _server(phone)
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


def serve_until_closed(phone: Phone, listening: socket.socket, leash: BinaryIO) -> None:
    """Serves a phone until `leash` is at its end, or the process is told to stop."""
    running = _server(phone)
    threading.Thread(target=_end_with, args=(leash, running), daemon=True).start()
    running.run(sockets=[listening])


def _end_with(leash: BinaryIO, running: uvicorn.Server) -> None:
    # Unbuffered: a buffered reader's lock, held here, would get in the way of Python's own end.
    while os.read(leash.fileno(), 4096):
        pass
    running.should_exit = True
    end = threading.Timer(ENDING_S, os._exit, args=(1,))
    end.daemon = True
    end.start()
