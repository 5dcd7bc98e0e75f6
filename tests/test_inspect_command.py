"""`python -m harness inspect` as a command: how it begins, how it ends."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import psutil
import pytest
from typer.testing import CliRunner

from harness.__main__ import app
from harness.errors import UsageError
from tests.inspector import Inspection, project


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_order_and_leaves_no_process(tmp_path: Path, number: int) -> None:
    with Inspection(project(tmp_path)) as inspection:
        started = psutil.Process(inspection.process).children(recursive=True)
        assert started  # the phone
        assert inspection.end(number) == 0
        _, alive = psutil.wait_procs(started, timeout=10)
    assert alive == []


def test_it_ends_in_the_middle_of_a_step_without_a_traceback(tmp_path: Path) -> None:
    with (
        Inspection(project(tmp_path)) as inspection,
        httpx2.Client(follow_redirects=True, timeout=60) as client,
        ThreadPoolExecutor() as pool,
    ):
        client.get(inspection.url)
        base = inspection.url.partition("/?")[0]
        step = {"text": "expect: {visible: {id: never}, within_s: 60}"}
        running = pool.submit(
            client.post, f"{base}/api/do/steps", json=step, headers={"origin": base}
        )
        while "Expect" not in str(client.get(f"{base}/api/screen").json().get("busy")):
            assert not running.done(), running.result().text
        assert inspection.end() == 0
        assert running.result().status_code == 503
        assert "检查已结束" in running.result().text
        assert "Traceback" not in inspection.rest()


def test_a_new_app_gets_a_profile(tmp_path: Path) -> None:
    root = project(tmp_path)
    options = ("--new-app", "my_city", "--package", "com.example.samplecity.cluttered")
    with Inspection(root, *options) as inspection:
        assert inspection.end() == 0
    made = (root / "scenarios" / "apps" / "my_city.yaml").read_text(encoding="utf-8")
    assert "{package: com.example.samplecity.cluttered}" in made
    assert "sandbox: false" in made


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--app", "nowhere"), "no such app"),
        (("--device", "nowhere"), "no such device"),
        (("--new-app", "sample_city", "--package", "com.example.x"), "a profile already"),
        (("--new-app", "My-City", "--package", "com.example.x"), "id"),
    ],
)
def test_what_is_wrong_with_the_options_is_said(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    ran = CliRunner().invoke(
        app, ["inspect", "--no-browser", "--project", str(project(tmp_path)), *options]
    )
    assert isinstance(ran.exception, UsageError)
    assert ran.exception.exit_code == 2
    assert said in str(ran.exception)
