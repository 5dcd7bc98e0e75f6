"""The real adb against the phone's adbd, over TCP."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import adbutils
import pytest

from harness.clock import VirtualClock
from harness.phone.android.handset import Handset, serving_handset
from harness.phone.android.packets import CONNECT, LARGEST_PAYLOAD, VERSION, Packet
from harness.phone.device import Phone
from tests.phone.small_app import OTHER_APP, PACKAGE, SMALL_APP

ADB = adbutils.adb_path()


class Adb:
    """The adb program with a server of its own."""

    def __init__(self, port: int, serial: str, home: Path) -> None:
        self._port, self._serial = port, serial
        self._environment = {**os.environ, "HOME": str(home), "ADB_MDNS": "0"}

    def run(self, *words: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        command = (ADB, "-P", str(self._port), "-s", self._serial, *words)
        return subprocess.run(
            command,
            input=given,
            capture_output=True,
            env=self._environment,
            timeout=60,
            check=False,
        )

    def says(self, *words: str) -> str:
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def handset() -> Iterator[Handset]:
    with serving_handset(Phone((SMALL_APP, OTHER_APP), VirtualClock())) as handset:
        yield handset


@pytest.fixture(scope="module")
def adb(handset: Handset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    adb = Adb(free_port(), handset.serial, tmp_path_factory.mktemp("home"))
    try:
        assert "connected" in adb.says("connect", handset.serial)
        yield adb
    finally:
        adb.run("kill-server")


def test_the_phone_is_listed_as_a_device_that_says_that_it_is_simulated(adb: Adb) -> None:
    assert "device product:" in adb.says("devices", "-l")
    assert "model:Simulated_phone" in adb.says("devices", "-l")


def test_the_shell_tells_output_errors_and_exit_code_apart(adb: Adb) -> None:
    done = adb.run("shell", "echo out; echo err >&2; exit 7")
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 7)


def test_a_long_answer_arrives_whole(adb: Adb) -> None:
    picture = adb.run("exec-out", "screencap -p").stdout
    assert picture.startswith(b"\x89PNG")
    assert picture.endswith(b"IEND\xaeB`\x82")
    raw = adb.run("exec-out", "screencap").stdout
    assert len(raw) == 16 + 1080 * 2400 * 4


def test_files_are_pushed_listed_and_pulled(adb: Adb, tmp_path: Path) -> None:
    content = os.urandom(700_000)
    (tmp_path / "there").write_bytes(content)
    adb.says("push", str(tmp_path / "there"), "/sdcard/Download/file.bin")
    assert "file.bin" in adb.says("shell", "ls", "/sdcard/Download")
    adb.says("pull", "/sdcard/Download/file.bin", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == content


def test_a_file_that_is_not_there_cannot_be_pulled(adb: Adb, tmp_path: Path) -> None:
    done = adb.run("pull", "/sdcard/nothing", str(tmp_path / "back"))
    assert done.returncode == 1
    assert b"does not exist" in done.stderr + done.stdout


def test_a_folder_is_pushed_and_pulled_whole(adb: Adb, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "one").write_text("1")
    (folder / "two").write_text("2")
    adb.says("push", str(folder), "/data/local/tmp/")
    adb.says("pull", "/data/local/tmp/folder", str(tmp_path / "back"))
    assert (tmp_path / "back" / "inner" / "one").read_text() == "1"
    assert (tmp_path / "back" / "two").read_text() == "2"


def test_an_app_is_started_and_touched(adb: Adb, handset: Handset) -> None:
    adb.says("shell", "am", "start", "-W", "-n", f"{PACKAGE}/.HomeActivity")
    assert PACKAGE in adb.says("shell", "dumpsys window | grep mCurrentFocus")
    adb.says("shell", "input", "keyevent", "KEYCODE_HOME")
    assert handset.phone.foreground()[0] != PACKAGE


def test_the_log_is_followed_until_the_client_goes(adb: Adb, handset: Handset) -> None:
    following = subprocess.Popen(
        (ADB, "-P", str(adb._port), "-s", handset.serial, "logcat", "-v", "threadtime"),
        stdout=subprocess.PIPE,
        env=adb._environment,
    )
    deadline = threading.Timer(60, following.kill)
    try:
        adb.says("shell", "am", "force-stop", PACKAGE)
        adb.says("shell", "am", "start", "-n", f"{PACKAGE}/.HomeActivity")
        assert following.stdout is not None
        deadline.start()
        lines = iter(following.stdout.readline, b"")
        assert any(b"Start proc" in line for line in lines)
    finally:
        deadline.cancel()
        following.kill()
        following.wait()
    assert adb.says("shell", "echo", "still", "there") == "still there\n"


def test_a_shell_without_a_command_is_answered_line_by_line(adb: Adb) -> None:
    done = adb.run("shell", given=b"echo one\necho two\nexit\n")
    assert b"one\n" in done.stdout
    assert b"two\n" in done.stdout


def test_a_port_where_nothing_listens_is_refused(adb: Adb) -> None:
    port = free_port()
    adb.says("forward", f"tcp:{port}", "tcp:9999")
    with socket.create_connection(("127.0.0.1", port)) as connection:
        assert connection.recv(1) == b""


def test_a_phone_that_is_unplugged_for_a_while_can_be_connected_again(
    handset: Handset, adb: Adb
) -> None:
    device = adbutils.AdbClient("127.0.0.1", adb._port).device(handset.serial)
    with device.open_transport() as connection:
        connection.send_command("unplug:0.5")
    gone = (adb.run("shell", "true").returncode != 0 for _ in range(100))
    assert any(gone)
    answers = (reconnect(adb, handset.serial) for _ in range(100))
    assert any(b"connected to" in answer for answer in answers)
    assert adb.says("shell", "echo", "back") == "back\n"


def reconnect(adb: Adb, serial: str) -> bytes:
    adb.run("disconnect", serial)
    return adb.run("connect", serial).stdout


# --- whoever else connects ------------------------------------------------------------------------


def connected(handset: Handset) -> socket.socket:
    host, port = handset.serial.split(":")
    return socket.create_connection((host, int(port)), timeout=20)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: phone\r\n\r\n" + b"x" * 24,
        b"\0" * 24,
        Packet(CONNECT, VERSION, LARGEST_PAYLOAD).encode()[:20] + b"\0\0\0\0",
        b"OPEN" + b"\xff" * 20,
    ],
    ids=["http", "zeros", "wrong magic", "endless payload"],
)
def test_who_does_not_speak_adb_is_hung_up_on(handset: Handset, sent: bytes) -> None:
    with connected(handset) as connection:
        connection.sendall(sent)
        assert connection.recv(1) == b""


def test_a_stream_that_nobody_opened_is_closed(handset: Handset) -> None:
    with connected(handset) as connection:
        connection.sendall(Packet(b"WRTE", 5, 77, b"hello").encode())
        assert connection.recv(24).startswith(b"CLSE")


def test_no_command_was_unknown(handset: Handset) -> None:
    assert handset.system.unknown == []
