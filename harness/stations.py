"""What stands behind a phone's session: the processes, the connection, the phone made ready.

One class for each way to reach a phone. `reach` starts whatever does not run, so that
it can be asked again after any trouble; `give_up` ends what is doubtful by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness.clock import Clock
from harness.errors import SessionNotStarted, UsageError
from harness.model import (
    Capabilities,
    EmulatorDevice,
    Handset,
    Name,
    Phone,
    RemoteDevice,
    SimulatedDevice,
    UsbDevice,
    Words,
)
from harness.processes.adb_server import AdbServer
from harness.processes.android_stack import AndroidStack, reached_by
from harness.processes.emulator import Emulator
from harness.processes.simulated_phone import SimulatedPhone
from harness.readiness import ADVICE, await_boot, check_apks, describe_state, make_ready, wishes

COMES_BACK_WITHIN_S = 60.0
"""How long a phone is waited for whose cable was pulled out, or that restarts."""
PHONE_ENDED = "the simulated phone has ended; the next attempt starts another"


@dataclass(frozen=True)
class Reached:
    """Where a session can be opened, and with which capabilities.

    `made_ready` is what was set on the phone before, for the record; `waits_s` how
    long the session may take to open.
    """

    url: str
    capabilities: Capabilities = field(default_factory=dict)
    made_ready: Mapping[str, str] = field(default_factory=dict)
    waits_s: float = 60.0
    grants_permissions: bool = False
    """Whether an App is given all that it asks leave for when it begins afresh."""


class Station(Protocol):
    """A way to reach one phone."""

    def reach(self) -> Reached:
        """Makes sure that a session can be opened. Raises `SessionNotStarted`, `UsageError`."""
        ...

    def diagnose(self) -> str:
        """After trouble: what has died, and what to do; empty when nothing of ours has."""
        ...

    def give_up(self) -> None:
        """After trouble: ends what may have caused it; the next `reach` starts it again."""
        ...

    def close(self) -> None:
        """Ends all that was started."""
        ...


class Remote:
    """Somebody else's endpoint."""

    def __init__(self, device: RemoteDevice) -> None:
        self._device = device

    def reach(self) -> Reached:
        """Nothing to start."""
        device = self._device
        return Reached(device.url, device.capabilities, waits_s=device.waits_s)

    def diagnose(self) -> str:
        """What stands behind the endpoint is not ours to look at."""
        return ""

    def give_up(self) -> None:
        """Nothing of ours."""

    def close(self) -> None:
        """Nothing of ours."""


class Embedded:
    """Our own phone, by its built-in endpoint."""

    def __init__(self, device: SimulatedDevice) -> None:
        self._device = device
        self._phone: SimulatedPhone | None = None

    def reach(self) -> Reached:
        """Starts the phone, unless it runs."""
        if self._phone is None or not self._phone.alive:
            self._phone = SimulatedPhone.start(self._device)
        return Reached(self._phone.url)

    def diagnose(self) -> str:
        """Whether the phone has ended."""
        return "" if self._phone is None or self._phone.alive else PHONE_ENDED

    def give_up(self) -> None:
        """Ends the phone."""
        self.close()

    def close(self) -> None:
        """Ends the phone."""
        if self._phone is not None:
            self._phone.stop()
            self._phone = None


class SimulatedAndroid:
    """Our own phone behind adb, Appium and the UiAutomator2 driver."""

    def __init__(self, device: SimulatedDevice, stack: AndroidStack) -> None:
        self._device = device
        self._stack = stack
        self._phone: SimulatedPhone | None = None

    def reach(self) -> Reached:
        """Starts the phone unless it runs, and connects adb with it."""
        if self._phone is None or not self._phone.alive:
            self.close()
            self._phone = SimulatedPhone.start(self._device)
        adb = self._stack.own_adb()
        adb.connect(self._phone.serial)
        return Reached(self._stack.url(), reached_by(self._phone.serial, adb))

    def diagnose(self) -> str:
        """What has died of phone, adb, Appium and the server on the phone."""
        if self._phone is None:
            return ""
        return self._stack.diagnose(self._phone.serial) if self._phone.alive else PHONE_ENDED

    def give_up(self) -> None:
        """Ends Appium and the phone: a new phone costs a second, and what ailed it is gone."""
        self._stack.give_up()
        self.close()

    def close(self) -> None:
        """Ends the phone, and lets adb forget it."""
        if self._phone is not None:
            self._phone.stop()
            self._stack.note_unknown(self._phone.unknown)
            self._stack.own_adb().disconnect(self._phone.serial)
            self._phone = None


@dataclass(frozen=True)
class Outfit:
    """What makes a phone ready beside its entry in devices.yaml."""

    packages: Mapping[Name, str]
    """The packages of Apps, by App."""
    root: Path
    """What paths of APKs are relative to."""
    clock: Clock
    log_folder: Path


class Booted:
    """An emulator that we boot."""

    def __init__(self, device: EmulatorDevice, stack: AndroidStack, outfit: Outfit) -> None:
        self._device = device
        self._stack = stack
        self._outfit = outfit
        self._emulator: Emulator | None = None
        self._made_ready: Mapping[str, str] = {}

    def reach(self) -> Reached:
        """Boots the emulator unless it runs and answers, and makes it ready once."""
        check_apks(self._device, self._outfit.packages, self._outfit.root)
        adb = self._stack.own_adb()
        if self._emulator is None or not self._comes_back(self._emulator, adb):
            self.close()
            self._emulator = self._boot(adb)
        return _reached(
            self._emulator.serial, adb, self._device, self._stack.url(adb), self._made_ready
        )

    def diagnose(self) -> str:
        """What has died of emulator, adb, Appium and the server on the phone."""
        if self._emulator is None:
            return ""
        if not self._emulator.alive:
            return "the emulator has ended; the next attempt boots it again"
        return self._stack.diagnose(self._emulator.serial)

    def give_up(self) -> None:
        """Ends Appium only: an emulator takes minutes to boot."""
        self._stack.give_up()

    def close(self) -> None:
        """Stops the emulator."""
        if self._emulator is not None:
            self._emulator.stop()
            self._emulator = None

    def _comes_back(self, emulator: Emulator, adb: AdbServer) -> bool:
        """Whether an emulator that runs answers, or will soon: one that hangs is booted anew."""
        try:
            emulator.await_boot(adb, self._outfit.clock, COMES_BACK_WITHIN_S)
        except SessionNotStarted:
            return False
        return emulator.alive

    def _boot(self, adb: AdbServer) -> Emulator:
        device, outfit = self._device, self._outfit
        emulator = Emulator.start(device, adb, outfit.log_folder)
        try:
            emulator.await_boot(adb, outfit.clock, device.boots_within_s)
            self._made_ready = make_ready(
                adb, emulator.serial, device, outfit.packages, outfit.root
            )
        except BaseException:
            emulator.stop()
            raise
        return emulator


class Plugged:
    """A phone at the user's adb, by cable or network."""

    def __init__(self, device: UsbDevice, stack: AndroidStack, outfit: Outfit) -> None:
        self._device = device
        self._stack = stack
        self._outfit = outfit
        self._serial = device.udid
        self._made_ready: Mapping[str, str] | None = None
        self._waits_s = COMES_BACK_WITHIN_S

    def reach(self) -> Reached:
        """Finds the phone, and makes it ready once."""
        device, outfit = self._device, self._outfit
        check_apks(device, outfit.packages, outfit.root)
        adb = self._stack.standard_adb()
        # Once known it is waited for, also when it is pulled out for a while.
        serial = self._serial = self._serial or only_phone(adb.serials())
        self._await(adb, serial)
        if self._made_ready is None:
            self._made_ready = make_ready(adb, serial, device, outfit.packages, outfit.root)
        return _reached(serial, adb, device, self._stack.url(adb), self._made_ready)

    def diagnose(self) -> str:
        """What has died of adb, Appium and the server on the phone, or whether it has gone."""
        return self._stack.diagnose(self._serial, of_user=True) if self._serial else ""

    def give_up(self) -> None:
        """Ends Appium only: the phone is not ours to restart."""
        self._stack.give_up(self._stack.standard_adb())

    def close(self) -> None:
        """The phone stays as it is."""

    def _await(self, adb: AdbServer, serial: str) -> None:
        """Waits for the phone; once that was in vain, the next attempt looks but once."""
        if ":" in serial and not adb.sees(serial):
            # By network: a server that was started again has forgotten it.
            with suppress(SessionNotStarted):
                adb.connect(serial)
        waits_s, self._waits_s = self._waits_s, 0.0
        await_boot(adb, serial, self._outfit.clock, waits_s)
        self._waits_s = COMES_BACK_WITHIN_S


def _reached(
    serial: str, adb: AdbServer, device: Handset, url: str, made_ready: Mapping[str, str]
) -> Reached:
    capabilities = {**reached_by(serial, adb), **wishes(device), **device.capabilities}
    return Reached(url, capabilities, made_ready, grants_permissions=device.grant_permissions)


def only_phone(serials: Mapping[str, str]) -> str:
    """The serial of the one phone that there is.

    Raises:
        UsageError: there is more than one.
        SessionNotStarted: there is none that takes commands; says what to do.
    """
    there = [serial for serial, state in serials.items() if state == "device"]
    if len(there) == 1:
        return there[0]
    if there:
        zh = "adb 看到好几台手机：请在 devices.yaml 的 udid: 写明一台"
        en = "adb sees several phones: name one under udid: in devices.yaml"
        raise UsageError(f"{Words(zh=zh, en=en)}: {', '.join(there)}")
    if not serials:
        raise SessionNotStarted(f"adb sees no phone: {ADVICE['not connected']}")
    told = (f"{serial}: {describe_state(state)}" for serial, state in serials.items())
    raise SessionNotStarted("; ".join(told))


def station(phone: Phone, stack: AndroidStack, outfit: Outfit) -> Station:
    """The way to reach a phone."""
    match phone:
        case SimulatedDevice(stack="android"):
            return SimulatedAndroid(phone, stack)
        case SimulatedDevice():
            return Embedded(phone)
        case EmulatorDevice():
            return Booted(phone, stack, outfit)
        case UsbDevice():
            return Plugged(phone, stack, outfit)
        case RemoteDevice():
            return Remote(phone)
