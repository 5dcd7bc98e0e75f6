"""`python -m harness phone`, as somebody at a terminal uses it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]


def test_a_phone_says_where_it_is_and_ends_with_ctrl_c() -> None:
    command = (sys.executable, "-m", "harness", "phone")
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        said = "".join(running.stdout.readline() for _ in range(5))
        endpoint = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert re.search(r"adb connect 127\.0\.0\.1:\d+", said)
        assert endpoint
        with urllib.request.urlopen(f"{endpoint[0]}/status", timeout=30) as answer:
            assert answer.status == 200
        started = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0
        assert started
        assert not any(process.is_running() for process in started)
    finally:
        running.kill()
        running.wait()
