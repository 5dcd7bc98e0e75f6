"""The adb servers, with the real adb; the phone here is as simple as one can be."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from adbutils import AdbClient, AdbError

from harness.clock import SystemClock
from harness.errors import NoAnswer, SessionNotStarted, UsageError
from harness.processes.adb_server import AdbServer, OwnAdbServer
from harness.processes.family import runs
from harness.processes.ports import free_port
from tests.android.patience import comes_true

HEADER = struct.Struct("<4s5I")


class Greeter(threading.Thread):
    """A phone that connects and says no more."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self._taken: list[socket.socket] = []

    def run(self) -> None:
        while True:
            try:
                adb, _ = self._listening.accept()
            except OSError:
                return
            self._taken.append(adb)
            adb.recv(HEADER.size)
            banner = b"device::ro.product.name=greeter;features=shell_v2"
            adb.sendall(
                HEADER.pack(
                    b"CNXN", 0x01000001, 1 << 18, len(banner), sum(banner), 0xFFFFFFFF ^ 0x4E584E43
                )
                + banner
            )

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for adb in self._taken:
            adb.close()


@pytest.fixture
def greeter() -> Iterator[Greeter]:
    phone = Greeter()
    phone.start()
    yield phone
    phone.close()


def test_a_server_of_our_own_answers_and_leaves_nothing_behind(tmp_path: Path) -> None:
    server = OwnAdbServer.start(tmp_path, SystemClock())
    family = server._program.processes
    assert server.healthy()
    assert server.serials() == {}
    assert family
    server.stop()
    assert not server.healthy()
    assert not any(map(runs, family))


def test_a_phone_is_connected_and_let_go_by_its_address(
    own_adb: OwnAdbServer, greeter: Greeter
) -> None:
    own_adb.connect(greeter.address)
    own_adb.connect(greeter.address)
    assert own_adb.sees(greeter.address)
    assert own_adb.device(greeter.address).get_state() == "device"
    own_adb.disconnect(greeter.address)
    own_adb.disconnect(greeter.address)
    assert own_adb.serials() == {}


def test_where_nobody_listens_no_phone_is_connected(own_adb: OwnAdbServer) -> None:
    with pytest.raises(SessionNotStarted, match=r"could not connect .* Connection refused"):
        own_adb.connect(f"127.0.0.1:{free_port()}")


def test_a_server_that_was_killed_is_started_again_where_it_was(
    own_adb: OwnAdbServer, greeter: Greeter
) -> None:
    own_adb.connect(greeter.address)
    port = own_adb.port
    for process in own_adb._program.processes:
        process.kill()
    assert comes_true(lambda: not own_adb.healthy())
    own_adb.restart()
    assert own_adb.port == port
    own_adb.connect(greeter.address)
    assert own_adb.sees(greeter.address)


def test_a_dead_server_is_told_and_not_replaced_behind_our_back(
    own_adb: OwnAdbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    standard = free_port()
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(standard))
    own_adb.stop()
    assert not own_adb.healthy()
    assert not own_adb.sees("any")
    with pytest.raises(NoAnswer, match="did not answer adb"):
        own_adb.shell("any", "true")
    assert not AdbServer(standard, {}, SystemClock()).healthy()


def test_a_server_that_adb_has_started_in_place_of_ours_is_stopped_too(
    own_adb: OwnAdbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_adb._program.stop()
    for name, value in own_adb.environment.items():
        monkeypatch.setenv(name, value)
    AdbServer.standard(SystemClock())
    assert own_adb.healthy()
    own_adb.stop()
    assert comes_true(lambda: not own_adb.healthy())


def test_a_port_that_is_taken_is_left_for_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], free_port()])
        server = OwnAdbServer.start(tmp_path, SystemClock(), lambda: next(ports))
        assert server.healthy()
        server.stop()


def test_a_server_that_finds_no_port_says_why(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(SessionNotStarted, match=r"did not start .* Address already in use"),
    ):
        OwnAdbServer.start(tmp_path, SystemClock(), lambda: taken.getsockname()[1])


def test_our_server_does_not_look_for_the_emulators_of_others(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 5585)) as emulator:
        server = OwnAdbServer.start(tmp_path, SystemClock())
        emulator.settimeout(2)
        try:
            with pytest.raises(TimeoutError):
                emulator.accept()
        finally:
            server.stop()


def test_an_emulator_that_knows_our_server_reports_to_it(own_adb: OwnAdbServer) -> None:
    with socket.create_server(("127.0.0.1", 5583)) as emulator:
        emulator.settimeout(30)
        with socket.create_connection(("127.0.0.1", own_adb.port)) as reports:
            reports.sendall(b"0012host:emulator:5583")
            adb, _ = emulator.accept()
            assert adb.recv(4) == b"CNXN"
            adb.close()


def test_the_keys_of_the_user_stay_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    OwnAdbServer.start(tmp_path, SystemClock()).stop()
    assert not (tmp_path / "home" / ".android").exists()


def test_the_server_of_the_user_is_started_and_left_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ADB_EMU", "0")
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(port))
    server = AdbServer.standard(SystemClock())
    try:
        assert server.port == port
        server.stop()
        assert server.healthy()
    finally:
        AdbClient("127.0.0.1", port).server_kill()  # type: ignore[no-untyped-call]


def test_a_port_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "usb")
    with pytest.raises(UsageError, match="ANDROID_ADB_SERVER_PORT is 'usb': give a port"):
        AdbServer.standard(SystemClock())


def test_adbutils_is_still_built_as_our_client_expects() -> None:
    with pytest.raises(AdbError, match="connect to adb server failed"):
        AdbServer(free_port(), {}, SystemClock())._client.server_version()  # type: ignore[no-untyped-call]
