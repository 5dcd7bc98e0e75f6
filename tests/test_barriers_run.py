"""`pytest scenarios/ --barriers`: what a tester sees of barriers, in processes of their own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from typing import Any

import pytest

from tests.tester import Project

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\?token=\S+")
TO_CODE = "\n".join(
    (
        "  - run: first_start",
        "  - tap: tab.account",
        "  - tap: account.login",
        '  - type: {into: login.mobile, text: "13800000000"}',
        "  - tap: login.get_code",
        "  - barrier: sms_code",
        "  - expect: sms.code",
    )
)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(pytester, monkeypatch)
    made.task("log_in", "sms.code", TO_CODE)
    return made


def post(address: str, said: dict[str, Any]) -> None:
    """Comes in by a printed address, and answers."""
    server, _, token = address.partition("/?token=")
    cookie = f"zhangce_{server.rpartition(':')[2]}={token}"
    headers = {"cookie": cookie, "origin": server, "content-type": "application/json"}
    request = urllib.request.Request(f"{server}/answer", json.dumps(said).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("options", [[], ["-n", "1"]], ids=["alone", "with a worker"])
def test_whoever_is_called_by_the_terminal_can_help_on_the_page(
    project: Project, options: list[str]
) -> None:
    command = ("scenarios/", "--run-id", "it", "--barriers", "assist", *options)
    run = subprocess.Popen(
        (sys.executable, "-m", "pytest", *command),
        cwd=project.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert run.stdout is not None
    lines: list[str] = []
    for line in run.stdout:
        lines.append(line)
        if "协助页 page: " in line:
            found = ADDRESS.search(line)
            assert found is not None
            post(found[0], {"number": 1, "gives_up": True})
    said = "".join(lines)
    assert run.wait(timeout=60) == 0
    assert "关卡协助页 page for barriers: http://127.0.0.1:" in said
    assert "遇到关卡 barrier: 短信验证码 / sms code · 样例市民云" in said
    assert "请输入收到的短信验证码 / Type the code that came in a text message" in said
    (record,) = project.records()
    assert record["verdict"]["outcome"] == "blocked"
    assert "协助的人放弃了" in record["verdict"]["reasons"][0]["zh"]
    options_kept = json.loads((project.path / "results/it/run.json").read_text())["options"]
    assert options_kept["barriers"] == "assist"
    token = ADDRESS.search(said)
    assert token is not None
    kept = [path for path in (project.path / "results").rglob("*") if path.is_file()]
    assert not [path for path in kept if token[0].partition("=")[2].encode() in path.read_bytes()]


def test_a_run_that_stops_says_so_and_skips(project: Project) -> None:
    result = project.run("--barriers", "stop")
    result.stdout.fnmatch_lines(["*SKIPPED*blocked: *--barriers stop*"])
    assert result.ret == 0


def test_a_prepared_secret_that_is_not_there_is_asked_for_by_its_name(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project.path / "scenarios" / "apps" / "sample_city.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "    into: sms.code\n", "    into: sms.code\n    secret: CITY_CODE\n"
    )
    path.write_text(text, encoding="utf-8")
    result = project.run("--barriers", "secret")
    result.stdout.fnmatch_lines(
        ["*sample_city.yaml: *CITY_CODE / set the environment variable CITY_CODE to the secret*"]
    )


def test_a_run_is_resumed_with_its_own_policy(project: Project) -> None:
    project.run("--barriers", "stop")
    result = project.pytester.runpytest_subprocess(
        "scenarios/", "--resume", "it", "--barriers", "assist"
    )
    result.stderr.fnmatch_lines(["*--barriers is taken from the run that --resume names*"])
