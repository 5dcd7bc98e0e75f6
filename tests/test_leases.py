"""No two workers on one phone; a lease ends with whoever held it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.clock import SystemClock, VirtualClock
from harness.errors import SessionNotStarted, UsageError
from harness.leases import WAITS_S, Holder, Leases, count_phones, forget_run, lease_key, lock_place
from harness.model import Devices

ROOT = Path(__file__).parents[1]
DEVICES = Devices.model_validate(
    {
        "default": "one",
        "devices": {
            "one": {"kind": "simulated", "apps": ["app"]},
            "two": {"kind": "simulated", "apps": ["app"]},
            "both": {"kind": "pool", "apps": ["app"], "phones": ["one", "two"]},
            "cable": {"kind": "usb", "apps": ["app"], "udid": "SERIAL"},
            "same_cable": {"kind": "usb", "apps": ["app"], "udid": "SERIAL"},
            "avd": {"kind": "emulator", "apps": ["app"], "avd": "Pixel_7"},
            "grid": {"kind": "remote", "apps": ["app"], "url": "http://grid:4444"},
            "farm": {
                "kind": "remote",
                "apps": ["app"],
                "url": "http://grid:4444",
                "capabilities": {"appium:udid": "SERIAL"},
            },
            "same_grid": {"kind": "remote", "apps": ["app"], "url": "http://grid:4444"},
            "any_of_grid": {"kind": "pool", "apps": ["app"], "phones": ["grid", "same_grid"]},
            "grid_or_serial": {
                "kind": "pool",
                "apps": ["app"],
                "phones": ["grid", "same_grid", "farm"],
            },
        },
    }
).devices

Make = Callable[..., Leases]


class Sleeper(VirtualClock):
    """A clock that moves when somebody sleeps, and does something meanwhile."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.meanwhile()


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def leases(
        worker: str,
        run: str = "run_1",
        clock: VirtualClock | None = None,
        left: list[str] | None = None,
        told: list[str] | None = None,
        kept: str = "",
    ) -> Leases:
        return Leases(
            DEVICES,
            Holder(run=run, kept=kept, worker=worker, process=os.getpid()),
            clock or VirtualClock(),
            leave=(left if left is not None else []).append,
            tell=(told if told is not None else []).append,
            place=tmp_path,
        )

    return leases


def test_a_worker_of_a_pool_takes_a_phone_that_is_free(make: Make) -> None:
    first, second = make("gw0"), make("gw1")
    assert (first.phone("both"), second.phone("both")) == ("one", "two")


def test_a_worker_keeps_its_phone_for_the_device_and_leaves_it_for_another(make: Make) -> None:
    left: list[str] = []
    worker = make("gw0", left=left)
    assert [worker.phone("one"), worker.phone("both"), worker.phone("one")] == ["one"] * 3
    assert left == []
    assert worker.phone("two") == "two"
    assert left == ["one"]
    assert make("gw1").phone("one") == "one"


def test_what_is_open_on_a_phone_ends_before_its_lease_does(make: Make) -> None:
    seen: list[str | None] = []
    worker = make("gw0")
    worker._leave = lambda _: seen.append(worker.held)
    with worker:
        worker.phone("one")
    assert (seen, worker.held) == (["one"], None)


def test_whoever_waits_is_told_for_whom_and_gets_the_phone_when_it_is_free(make: Make) -> None:
    told: list[str] = []
    first = make("gw0", "run_1")
    first.phone("cable")
    second = make("gw1", "run_2", Sleeper(first.let_go), told=told)
    assert second.phone("cable") == "cable"
    assert len(told) == 1
    assert f"cable is taken by run run_1, worker gw0, process {os.getpid()}" in told[0]


def test_a_phone_that_stays_taken_is_trouble_after_a_limit_and_at_once_thereafter(
    make: Make,
) -> None:
    clock = VirtualClock()
    other = make("gw0", "run_1")
    other.phone("cable")
    worker = make("gw0", "run_2", clock)
    with pytest.raises(
        SessionNotStarted, match=r"cable is taken by run run_1, worker gw0.*stop it"
    ):
        worker.phone("cable")
    waited = clock.monotonic()
    assert waited > WAITS_S
    with pytest.raises(SessionNotStarted):
        worker.phone("cable")
    assert clock.monotonic() == waited
    other.let_go()
    assert worker.phone("cable") == "cable"


def test_phones_that_ones_own_run_is_at_work_on_are_waited_for_without_a_limit(make: Make) -> None:
    first, second = make("gw0"), make("gw1")
    first.phone("both")
    second.phone("both")
    looks = 0

    def meanwhile() -> None:
        nonlocal looks
        looks += 1
        if looks == 3 * WAITS_S:
            first.let_go()

    assert make("gw2", clock=Sleeper(meanwhile)).phone("both") == "one"


def test_a_dead_phone_of_a_pool_is_let_go_for_another(make: Make) -> None:
    left: list[str] = []
    worker = make("gw0", left=left)
    assert worker.phone("both") == "one"
    assert worker.bury("both")
    assert left == ["one"]
    assert worker.phone("both") == "two"
    assert not worker.bury("both"), "there is no other"
    assert worker.held == "two"


def test_what_a_grid_has_refused_is_not_asked_for_by_another_name(make: Make) -> None:
    worker = make("gw0")
    assert worker.phone("any_of_grid") == "grid"
    assert not worker.bury("any_of_grid"), "it would answer just the same"
    worker = make("gw0", run="run_2")
    assert worker.phone("grid_or_serial") == "grid"
    assert worker.bury("grid_or_serial")
    assert worker.phone("grid_or_serial") == "farm"


def test_the_phones_of_a_pool_are_tried_again_when_all_were_dead(make: Make) -> None:
    worker = make("gw0")
    worker.phone("both")
    worker.bury("both")
    worker.phone("both")
    worker._dead.add("two")
    worker.let_go()
    assert worker.phone("both") == "one"


def test_runs_share_real_phones_but_not_the_simulated_ones_that_each_starts(make: Make) -> None:
    assert make("gw0", "run_1").phone("one") == make("gw0", "run_2").phone("one")
    make_first = make("gw0", "run_1")
    make_first.phone("cable")
    assert not make("gw0", "run_2")._take("same_cable", DEVICES["same_cable"])  # type: ignore[arg-type]


def test_a_phone_is_known_by_what_it_is_not_by_its_name() -> None:
    keys = {name: lease_key(name, DEVICES[name]) for name in DEVICES if name != "both"}  # type: ignore[arg-type]
    assert keys["cable"] == keys["same_cable"] != keys["farm"]
    assert keys["avd"]
    assert keys["one"] == keys["grid"] == ""


def test_phones_are_counted_once_however_often_they_are_named() -> None:
    assert count_phones(DEVICES, ("both", "one", "cable", "same_cable", "grid")) == 4


def _race(place: Path) -> None:
    leases = Leases(
        DEVICES,
        Holder(run="run", worker=str(os.getpid()), process=os.getpid()),
        SystemClock(),
        leave=lambda _: None,
        tell=lambda _: None,
        place=place,
    )
    for _ in range(40):
        with leases:
            mark = place / f"{leases.phone('both')}.mark"
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))  # fails when somebody else is on it
            mark.unlink()


def test_of_many_processes_no_two_are_ever_on_one_phone(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_race, args=(tmp_path,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    _race(tmp_path)
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]


HOLD = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.test_leases import DEVICES, Holder, Leases, VirtualClock
leases = Leases(DEVICES, Holder(run="other", worker="gw0", process=os.getpid()), VirtualClock(),
                leave=print, tell=print, place=Path({place!r}))
print(leases.phone("cable"), flush=True)
time.sleep(600)
"""


def test_the_lease_of_a_killed_worker_is_free_again(make: Make, tmp_path: Path) -> None:
    code = HOLD.format(root=str(ROOT), place=str(tmp_path))
    command = (sys.executable, "-c", code)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "cable\n"
        with pytest.raises(SessionNotStarted, match=f"process {other.pid}"):
            make("gw0").phone("cable")
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert make("gw0").phone("cable") == "cable"


def test_locks_lie_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    place = lock_place(tmp_path)
    assert place.stat().st_mode & 0o777 == 0o700
    assert lock_place(tmp_path) == place


def test_a_folder_that_others_can_open_is_refused(tmp_path: Path) -> None:
    lock_place(tmp_path).chmod(0o755)
    with pytest.raises(UsageError, match="chmod 700"):
        lock_place(tmp_path)


def test_a_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    place = lock_place(tmp_path)
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="has to be a folder of yours"):
        lock_place(tmp_path)


def test_runs_of_one_name_in_other_results_share_no_locks_of_their_own_phones(
    make: Make, tmp_path: Path
) -> None:
    here, there = make("gw0", kept="/here/it"), make("gw0", kept="/there/it")
    assert (here.phone("one"), there.phone("one")) == ("one", "one")
    forget_run("run_1", "/there/it", place=tmp_path)
    # Its lock is still there: another worker of this run takes another phone.
    assert make("gw1", kept="/here/it").phone("both") == "two"


def test_a_run_leaves_no_locks_of_its_own_phones_behind(make: Make, tmp_path: Path) -> None:
    worker = make("gw0")
    worker.phone("one")
    worker.let_go()
    assert list(tmp_path.iterdir())
    forget_run("run_1", place=tmp_path)
    assert list(tmp_path.iterdir()) == []
