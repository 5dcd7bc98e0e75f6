"""The phone as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[2]

PARENT = textwrap.dedent(
    """
    import subprocess, sys, time
    phone = subprocess.Popen(
        [sys.executable, "-m", "harness.phone", "--app", "sample_city"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )
    print(phone.stdout.readline().decode(), end="", flush=True)
    time.sleep(60)
    """
)


def test_a_phone_in_its_own_process_dies_with_its_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    announced = json.loads(parent.stdout.readline())
    assert announced["packages"] == {"sample_city": "com.example.samplecity"}
    assert httpx2.get(announced["url"] + "/status").json()["value"]["ready"] is True
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    port = int(announced["url"].rpartition(":")[2])
    assert ended(port, within_s=5)


def ended(port: int, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return True
        time.sleep(0.02)
    return False


def test_a_name_of_no_app_says_which_there_are() -> None:
    command = [sys.executable, "-m", "harness.phone", "--app", "nothing"]
    ran = subprocess.run(command, cwd=ROOT, input=b"", capture_output=True, check=False)
    assert ran.returncode == 2
    assert b"sample_city" in ran.stderr
