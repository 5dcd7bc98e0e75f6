"""Faults of phones that are not ours to restart: at the user's adb, waited for, told once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from harness import stations
from harness.errors import UsageError
from harness.model import Outcome, SimulatedDevice
from harness.processes.adb_server import OwnAdbServer
from harness.processes.simulated_phone import SimulatedPhone
from tests.android.faulty_run import ROWS, kill, run_on, unplug_phone
from tests.android.patience import comes_true

pytestmark = pytest.mark.usefixtures("appium_installed")

PACKAGE = "com.example.samplecity"


@pytest.fixture
def plug_in(
    own_adb: OwnAdbServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], SimulatedPhone]]:
    """Starts a phone and connects it with an adb server that passes for the user's."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(own_adb.port))
    with ExitStack() as open_phones:

        def start() -> SimulatedPhone:
            device = SimulatedDevice(kind="simulated", stack="android", apps=("sample_city",))
            phone = SimulatedPhone.start(device)
            open_phones.callback(phone.stop)
            own_adb.connect(phone.serial)
            return phone

        yield start


def usb(name: str, phone: SimulatedPhone, more: str = "") -> str:
    return f'{name}: {{kind: usb, apps: [sample_city], udid: "{phone.serial}"{more}}}'


def test_a_phone_that_is_away_for_a_while_is_waited_for(
    tmp_path: Path, own_adb: OwnAdbServer, plug_in: Callable[[], SimulatedPhone]
) -> None:
    phone = plug_in()
    with run_on(tmp_path, [usb("plugged", phone)], "plugged") as run:
        disturbed, next_one = run.make(lambda _: unplug_phone(own_adb, phone.serial))
    assert ROWS["plugged_away"].holds(disturbed)
    assert next_one.verdict.outcome is Outcome.COMPLETED, next_one.verdict.reasons
    assert phone.alive


def test_the_users_adb_server_is_started_again_and_the_phone_connected_again(
    tmp_path: Path, own_adb: OwnAdbServer, plug_in: Callable[[], SimulatedPhone]
) -> None:
    phone = plug_in()
    with run_on(tmp_path, [usb("plugged", phone)], "plugged") as run:
        disturbed, next_one = run.make(lambda _: kill(own_adb._program.processes))
    assert disturbed.verdict.outcome is Outcome.HARNESS_ERROR
    assert next_one.verdict.outcome is Outcome.COMPLETED, next_one.verdict.reasons


def test_one_phone_that_is_gone_for_good_is_waited_for_once(
    tmp_path: Path, plug_in: Callable[[], SimulatedPhone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stations, "COMES_BACK_WITHIN_S", 2.0)
    phone = plug_in()
    with run_on(tmp_path, [usb("plugged", phone)], "plugged", attempts=3) as run:
        disturbed, waited, looked = run.make(lambda _: _end(phone))
    assert ROWS["plugged_gone"].holds(disturbed)
    assert ROWS["plugged_gone_still"].holds(waited)
    assert "within 2 s" in waited.trouble
    assert "within 0 s" in looked.trouble


def test_the_others_of_a_pool_do_the_work_of_a_phone_that_is_gone_for_good(
    tmp_path: Path, plug_in: Callable[[], SimulatedPhone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stations, "COMES_BACK_WITHIN_S", 2.0)
    phones = {name: plug_in() for name in ("one", "two", "three", "four")}
    devices = [usb(name, phone) for name, phone in phones.items()]
    pool = f"all: {{kind: pool, apps: [sample_city], phones: [{', '.join(phones)}]}}"
    with run_on(tmp_path, [*devices, pool], "all", attempts=4) as run:
        first, *others = run.make(lambda _: _end(phones["one"]))
    assert (first.phone, first.verdict.outcome) == ("one", Outcome.HARNESS_ERROR)
    assert {one.verdict.outcome for one in others} == {Outcome.COMPLETED}
    assert {one.phone for one in others} == {"two"}


def _end(phone: SimulatedPhone) -> None:
    phone._process.kill()
    assert comes_true(lambda: not phone.alive)


def test_an_app_that_is_not_there_is_named_with_what_to_do(
    tmp_path: Path, own_adb: OwnAdbServer, plug_in: Callable[[], SimulatedPhone]
) -> None:
    phone = plug_in()
    own_adb.shell(phone.serial, f"pm uninstall {PACKAGE}")
    with run_on(tmp_path, [usb("plugged", phone)], "plugged") as run:
        made = run.make()
    assert all(ROWS["app_missing"].holds(one) for one in made)


def test_an_apk_that_is_not_there_is_told_before_the_phone_is_touched(
    tmp_path: Path, plug_in: Callable[[], SimulatedPhone]
) -> None:
    phone = plug_in()
    missing = ", apk: {sample_city: apps/none.apk}"
    with (
        run_on(tmp_path, [usb("plugged", phone, missing)], "plugged") as run,
        pytest.raises(UsageError) as told,
    ):
        run.make()
    assert ROWS["apk_missing"].tells(str(told.value))
