"""Sessions at a Grid: asked for again while a node is dead, given back when others wait."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from harness.clock import VirtualClock
from harness.errors import NodeDied
from harness.grid import requests_waiting
from harness.model import RemoteDevice
from harness.sessions import Sessions
from harness.stations import Outfit

DIED = (
    "Could not start a new session. Error while creating session with the service "
    "http://192.0.2.10:4723. Connection error (POST http://192.0.2.10:4723/session)"
)


class Grid(ThreadingHTTPServer):
    """Sends so many requests for a session to a dead node; says that so many others wait."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.sent_to_dead_node = 0
        self.waiting: object = 0
        self.opened = 0
        self.ended = 0


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        grid = self.server
        assert isinstance(grid, Grid)
        self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/graphql":
            return self._answer(200, {"data": {"grid": {"sessionQueueSize": grid.waiting}}})
        if self.path != "/session":
            return self._answer(200, {"value": None})
        if grid.sent_to_dead_node:
            grid.sent_to_dead_node -= 1
            return self._answer(500, {"value": {"error": "session not created", "message": DIED}})
        grid.opened += 1
        return self._answer(200, {"value": {"sessionId": "s", "capabilities": {}}})

    def do_DELETE(self) -> None:
        assert isinstance(self.server, Grid)
        self.server.ended += 1
        self._answer(200, {"value": None})

    def _answer(self, status: int, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def grid() -> Iterator[Grid]:
    server = Grid()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def sessions(grid: Grid, tmp_path: Path) -> Iterator[Sessions]:
    device = RemoteDevice(kind="remote", apps=("sample_city",), url=grid.url, waits_s=10)
    outfit = Outfit({}, tmp_path, VirtualClock(), tmp_path)
    with Sessions({"any": device}, outfit) as opened:
        yield opened


def test_a_grid_that_has_not_noticed_that_a_node_died_is_asked_again(
    grid: Grid, sessions: Sessions
) -> None:
    grid.sent_to_dead_node = 3
    sessions.driver("any")
    assert (grid.sent_to_dead_node, grid.opened) == (0, 1)


def test_a_grid_that_never_notices_is_asked_only_as_long_as_the_device_says(
    grid: Grid, sessions: Sessions
) -> None:
    grid.sent_to_dead_node = 1000
    with pytest.raises(NodeDied, match=r"the Appium server at http://192.0.2.10:4723 has died"):
        sessions.driver("any")
    assert grid.sent_to_dead_node > 900


def test_a_session_is_given_back_while_others_wait_for_one_and_kept_else(
    grid: Grid, sessions: Sessions
) -> None:
    kept = sessions.driver("any")
    sessions.give_way("any")
    assert sessions.driver("any") is kept
    grid.waiting = 2
    sessions.give_way("any")
    assert grid.ended == 1
    assert sessions.driver("any") is not kept
    assert grid.opened == 2


@pytest.mark.parametrize("answer", [None, "many", [], {}])
def test_where_no_grid_answers_nobody_waits(grid: Grid, answer: object) -> None:
    grid.waiting = answer
    assert requests_waiting(grid.url) == 0
    assert requests_waiting("http://127.0.0.1:9") == 0


def test_a_grid_is_asked_at_its_root_whatever_path_sessions_are_opened_at(grid: Grid) -> None:
    grid.waiting = 3
    assert requests_waiting(f"{grid.url}/wd/hub") == 3
    assert requests_waiting(grid.url.replace("http://", "http://user:word@")) == 3
