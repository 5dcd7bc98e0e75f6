"""The server of the review: what it answers, and what it refuses."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from harness.door import Door
from harness.model import Outcome
from scoring.__main__ import app as command_line
from scoring.conclude import open_desks
from scoring.review.book import read_book
from scoring.review.server import application
from tests.report import drawn
from tests.review.said import FOUND
from tests.scoring import records

TOKEN = "t0ken-of-the-test"
HOST = "127.0.0.1:8123"
JUDGED = {"id": "0" * 32, "kind": "verdict", "attempt": FOUND, "says": "agree"}


@dataclass
class Served:
    run: Path
    client: TestClient

    @property
    def api(self) -> str:
        return f"/api/{self.run.name}"

    def post(self, said: Any, **headers: str) -> Any:
        sent = {"origin": f"http://{HOST}", "content-type": "application/json"} | headers
        content = said if isinstance(said, (bytes, str)) else json.dumps(said)
        return self.client.post(f"{self.api}/events", content=content, headers=sent)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    run = drawn.write(
        tmp_path,
        (records.attempt(), 2, ""),
        (records.attempt(Outcome.CRASHED, repetition=2), 2, ""),
    )
    yield serve(run, "ann")


def serve(run: Path, reviewer: str) -> Served:
    door = Door(frozenset({HOST}), "http", TOKEN, "python -m scoring review")
    app = application(open_desks([run], reviewer), door)
    client = TestClient(app, base_url=f"http://{HOST}", cookies={door.cookie: TOKEN})
    return Served(run, client)


def test_pages_and_pictures_are_served_with_a_policy(served: Served) -> None:
    page = served.client.get("/")
    small = next(served.run.glob("report/pictures/*.jpg"))
    assert served.client.get(f"/{served.run.name}/report/pictures/{small.name}").is_success
    assert page.url.path.endswith("/desk/index.html")
    assert page.status_code == 200
    picture = next(served.run.glob("evidence/*/*.jpg"))
    shown = served.client.get(f"/{served.run.name}/evidence/{picture.parent.name}/{picture.name}")
    assert shown.headers["content-type"] == "image/jpeg"
    for answer in (page, shown, served.client.get(f"{served.api}/state")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_verdict_is_on_the_disk_once_however_often_it_comes(served: Served) -> None:
    assert served.post(JUDGED).json()["mine"][FOUND]["says"] == "agree"
    served.post(JUDGED)
    (event,) = read_book(served.run).events
    assert event.reviewer == "ann"


def test_who_one_is_and_when_it_was_is_for_the_server_to_say(served: Served) -> None:
    served.post(JUDGED | {"reviewer": "eve", "at": "1999-01-01T00:00:00Z"})
    (event,) = read_book(served.run).events
    assert event.reviewer == "ann"
    assert event.at.year > 2000


def test_an_undo_takes_back_the_last(served: Served) -> None:
    last = served.post(JUDGED).json()["last"]
    after = served.post({"id": "1" * 32, "kind": "undo", "of": last}).json()
    assert after["mine"] == {}
    assert after["last"] is None


def test_nobody_knows_what_another_says_before_judging(served: Served) -> None:
    served.post(JUDGED | {"comment": "no doubt"})
    ben = serve(served.run, "ben")
    assert "no doubt" not in ben.client.get(f"{ben.api}/state").text
    said = JUDGED | {"id": "2" * 32, "says": "disagree", "outcome": "crashed"}
    after = ben.post(said).json()
    assert after["others"][FOUND][0]["comment"] == "no doubt"
    assert after["disagreements"] == [FOUND]


def test_the_pages_at_a_desk_tell_nothing_of_what_others_say(served: Served) -> None:
    said = {"id": "2" * 32, "kind": "verdict", "attempt": FOUND, "says": "disagree"}
    ben = serve(served.run, "ben")
    assert ben.post(said | {"outcome": "not_found", "comment": "a secret of ben"}).is_success
    drawn.report(served.run)
    assert "a secret of ben" in _texts(served.run / "report")
    before = _texts(served.run / "desk")
    serve(served.run, "ann")
    assert _texts(served.run / "desk") == before


def _texts(folder: Path) -> str:
    pages = sorted(path for path in folder.rglob("*") if path.suffix in (".html", ".js"))
    return "\n".join(path.read_text(encoding="utf-8") for path in pages)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (JUDGED | {"attempt": "another"}, 400),
        (JUDGED | {"says": "perhaps"}, 400),
        ({"id": "3" * 32, "kind": "undo", "of": "4" * 32}, 400),
        ("[]", 400),
        ("{", 400),
        ("[" * 60_000, 400),
        (b"\xff\xfe", 400),
        (JUDGED | {"comment": "x" * 70_000}, 413),
    ],
)
def test_what_makes_no_sense_is_refused_and_not_written(
    served: Served, said: Any, status: int
) -> None:
    assert served.post(said).status_code == status
    assert read_book(served.run).events == ()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": f"https://{HOST}"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"host": "evil.example"}, 421),
        ({"host": "evil.example:8123", "origin": "http://evil.example:8123"}, 421),
        ({"cookie": ""}, 403),
        ({"cookie": "zhangce_8123=guess"}, 403),
    ],
)
def test_a_request_from_elsewhere_is_refused(
    served: Served, headers: dict[str, str], status: int
) -> None:
    if "cookie" in headers:
        served.client.cookies.clear()
    assert served.post(JUDGED, **headers).status_code == status
    assert read_book(served.run).events == ()


def test_a_request_without_an_origin_is_refused(served: Served) -> None:
    answer = served.client.post(f"{served.api}/events", json=JUDGED)
    assert answer.status_code == 403


def test_the_token_opens_once_and_leaves_the_address(served: Served) -> None:
    served.client.cookies.clear()
    assert served.client.get("/").status_code == 403
    assert served.client.get("/?token=guess").status_code == 403
    entered = served.client.get(f"/?token={TOKEN}", follow_redirects=False)
    assert entered.status_code == 303
    assert TOKEN not in entered.headers["location"]
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert served.client.get("/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "desk/../run.json",
        "desk/%2e%2e/run.json",
        "desk/..%2frun.json",
        "desk/....//run.json",
        "report/index.html",
        "report/pictures/../index.html",
        "evidence/../run.json",
        "evidence/..%2f..%2fanother.jpg",
        "desk/",
        "report/",
        "evidence/",
        "attempts/main.jsonl",
        "run.json",
    ],
)
def test_no_path_leads_out_of_pages_and_pictures(served: Served, path: str) -> None:
    answer = served.client.get(f"/{served.run.name}/{path}")
    assert answer.status_code == 404


def test_a_link_does_not_lead_out_either(served: Served) -> None:
    (served.run / "desk" / "out.html").symlink_to(served.run / "run.json")
    assert served.client.get(f"/{served.run.name}/desk/out.html").status_code == 404


def test_hierarchies_are_not_served_as_documents(served: Served) -> None:
    stored = next(served.run.glob("evidence/*/*.xml.gz"))
    answer = served.client.get(f"/{served.run.name}/evidence/{stored.parent.name}/{stored.name}")
    assert answer.status_code == 404


def test_a_line_that_cannot_be_written_is_told(served: Served) -> None:
    (served.run / "reviews").write_text("in the way")
    answer = served.post(JUDGED)
    assert answer.status_code == 507
    assert "not saved" in answer.text


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    run = records.write(tmp_path, records.attempt())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(
            command_line, ["review", str(run), "--reviewer", "ann", "--port", port]
        )
    assert result.exit_code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in result.output
