"""Which worker is on which phone: a lease by file lock, so that no two are ever on one.

The operating system frees a lock when the process that holds it ends, however it
ends: a worker that is killed leaves no phone behind as taken. Phones that a run
starts for itself are leased among its own workers; all others among all runs that
one person has on this machine.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout
from pydantic import ValidationError

from harness.clock import Clock
from harness.errors import SessionNotStarted, UsageError
from harness.model import (
    Device,
    EmulatorDevice,
    Frozen,
    Name,
    Phone,
    RemoteDevice,
    UsbDevice,
    Words,
    phones_of,
)

WAITS_S = 600.0
"""How long phones that other runs hold are waited for."""
PAUSE_S = 0.5
"""Between two looks at whether a phone is free."""


class Holder(Frozen):
    """Who has a lease: what others are told while they wait."""

    run: str
    kept: str = ""
    """The run's directory: runs of other results may have its name."""
    worker: str
    process: int

    def __str__(self) -> str:
        return f"run {self.run}, worker {self.worker}, process {self.process}"

    def is_of_run(self, other: Holder) -> bool:
        """Whether the other is of the same run."""
        return (self.run, self.kept) == (other.run, other.kept)


def lease_key(name: Name, phone: Phone) -> str:
    """What tells a phone from all others of this machine; empty for one of the run's own.

    A simulated phone is started by each run for itself, and a Grid that is asked for
    no udid gives each session a phone of its own.
    """
    match phone:
        case EmulatorDevice():
            return f"emulator-{phone.avd}"
        case UsbDevice():
            return f"usb-{phone.udid or 'the-only-one'}"
        case RemoteDevice() if "appium:udid" in phone.capabilities:
            return f"remote-{phone.url.rstrip('/')}-{phone.capabilities['appium:udid']}"
        case _:
            return ""


def count_phones(devices: Mapping[Name, Device], asked: tuple[Name, ...]) -> int:
    """How many different phones some devices stand for: so many workers can be at work."""
    phones = {name: phone for device in asked for name, phone in phones_of(devices, device).items()}
    return len({lease_key(name, phone) or f"own {name}" for name, phone in phones.items()})


def check_workers(workers: int, phones: int) -> None:
    """Holds the number of workers against that of the phones they are to share.

    Raises:
        UsageError: some would have none.
    """
    if workers > phones:
        are = (
            "device asked for is 1 phone"
            if phones == 1
            else f"devices asked for are {phones} phones"
        )
        zh = f"-n {workers}：要用的设备一共 {phones} 台手机；请用 -n {phones}"
        raise UsageError(Words(zh=zh, en=f"-n {workers}: the {are}; use -n {phones}"))


class Leases:
    """The lease of one worker: at most one phone at a time. Use as a context manager.

    Attributes:
        held: the name of the phone that is leased now; None when there is none.
    """

    def __init__(
        self,
        devices: Mapping[Name, Device],
        holder: Holder,
        clock: Clock,
        *,
        leave: Callable[[Name], None],
        tell: Callable[[str], None],
        place: Path | None = None,
    ) -> None:
        """Gets ready; nothing is leased yet.

        Args:
            devices: all devices by name.
            holder: this worker.
            clock: what waiting is timed by.
            leave: ends what is open on a phone; called before its lease is let go.
            tell: told what is waited for, once for each change of it.
            place: where the locks are; a folder of this person's own when None.
        """
        self.held: Name | None = None
        self._devices = devices
        self._holder = holder
        self._clock = clock
        self._leave = leave
        self._tell = tell
        self._place = lock_place() if place is None else place
        self._lock: FileLock | None = None
        self._dead: set[Name] = set()
        self._given_up: set[Name] = set()

    def phone(self, device: Name) -> Name:
        """A phone of the device that nobody else is on: the one held, or the first that is free.

        A phone of another device is let go first, so that nobody holds one phone and
        waits for another.

        Raises:
            SessionNotStarted: none has become free; names who is on which.
        """
        phones = phones_of(self._devices, device)
        if self.held is not None and self.held in phones:
            return self.held
        self.let_go()
        alive = [name for name in phones if name not in self._dead]
        if not alive:  # somebody may have mended them
            self._dead -= phones.keys()
            alive = list(phones)
        return self._wait(device, {name: phones[name] for name in alive})

    def bury(self, device: Name) -> bool:
        """Lets the phone that is held go as dead; says whether the device has another to try."""
        phones = phones_of(self._devices, device)
        if self.held is None:
            return False
        alike = _names_alike(self.held, phones)
        others = phones.keys() - self._dead - alike
        if others:
            self._dead |= alike
            self.let_go()
        return bool(others)

    def let_go(self) -> None:
        """Ends what is open on the phone that is held, and lets others have it."""
        if self._lock is None or self.held is None:
            return
        try:
            self._leave(self.held)
        finally:
            self._lock.release()
            self._lock = self.held = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()

    def _wait(self, device: Name, phones: Mapping[Name, Phone]) -> Name:
        """Takes turns at looking whether a phone is free; a phone that our own run holds will be.

        Whoever has waited in vain for a device does not wait for it again: each attempt
        that is left would take as long.
        """
        told = ""
        began = self._clock.monotonic()
        while (name := self._take_first(phones)) is None:
            holders = {name: self._holder_of(name, phone) for name, phone in phones.items()}
            if any(holder and holder.is_of_run(self._holder) for holder in holders.values()):
                began = self._clock.monotonic()
            waiting = _describe(device, holders)
            if device in self._given_up or self._clock.monotonic() - began > WAITS_S:
                self._given_up.add(device)
                raise SessionNotStarted(
                    f"no phone was free within {WAITS_S:.0f} s: {waiting}; "
                    "wait for the end of that run, or stop it"
                )
            if waiting != told:
                self._tell(f"等待手机 waiting for a phone: {waiting}")
                told = waiting
            self._clock.sleep(PAUSE_S)
        return name

    def _take_first(self, phones: Mapping[Name, Phone]) -> Name | None:
        return next((name for name, phone in phones.items() if self._take(name, phone)), None)

    def _take(self, name: Name, phone: Phone) -> bool:
        path = self._path(name, phone)
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            lock = FileLock(path)
            lock.acquire(blocking=False)
        except Timeout:
            return False
        except OSError as exc:
            zh = f"锁文件写不进这里（{exc.strerror}）；请把 TMPDIR 设到别处"
            en = f"no lock can be kept here: {exc.strerror}; set TMPDIR to another place"
            raise UsageError(f"{path}: {Words(zh=zh, en=en)}") from exc
        self._lock, self.held = lock, name
        with suppress(OSError):  # what others are told while they wait; the lease is the lock
            _note(path).write_text(self._holder.model_dump_json(), encoding="utf-8")
        return True

    def _holder_of(self, name: Name, phone: Phone) -> Holder | None:
        try:
            text = _note(self._path(name, phone)).read_text(encoding="utf-8")
            return Holder.model_validate_json(text)
        except (OSError, ValidationError):  # it has not yet said who it is
            return None

    def _path(self, name: Name, phone: Phone) -> Path:
        shared = lease_key(name, phone)
        if shared:
            return self._place / f"{_as_file_name(shared)}.lock"
        own = _own_folder(self._holder.run, self._holder.kept)
        return self._place / own / f"{_as_file_name(name)}.lock"


def lock_place(temporary: Path | None = None) -> Path:
    """The folder for the locks of all runs that this person has on this machine.

    Raises:
        UsageError: it cannot be made, or belongs to somebody else.
    """
    place = (temporary or Path(tempfile.gettempdir())) / f"zhangce-{os.getuid()}"
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        found = place.lstat()
    except OSError as exc:
        zh = f"建不了这个文件夹（{exc.strerror}）；请把 TMPDIR 设到别处"
        en = f"cannot be made: {exc.strerror}; set TMPDIR to another place"
        raise UsageError(f"{place}: {Words(zh=zh, en=en)}") from exc
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not is_ours or stat.S_IMODE(found.st_mode) & 0o077:
        zh = (
            "这里记着谁在用哪台手机，须是你自己的、别人打不开的文件夹（chmod 700）；"
            "或者把 TMPDIR 设到别处"
        )
        en = (
            "has to be a folder of yours that nobody else can open (chmod 700), "
            "for it says who is on which phone; or set TMPDIR to another place"
        )
        raise UsageError(f"{place}: {Words(zh=zh, en=en)}")
    return place


def forget_run(run: str, kept: str = "", *, place: Path | None = None) -> None:
    """Removes the locks on phones of a run's own, once all its workers have ended."""
    locks = lock_place() if place is None else place
    shutil.rmtree(locks / _own_folder(run, kept), ignore_errors=True)


def _names_alike(held: Name, phones: Mapping[Name, Phone]) -> set[Name]:
    """A phone's name, and others that ask a Grid just the same: it would answer just the same."""
    if not isinstance(phones[held], RemoteDevice):
        return {held}
    return {name for name, phone in phones.items() if phone == phones[held]}


def _own_folder(run: str, kept: str) -> str:
    return f"run-{_as_file_name(run)}{_digest(kept) if kept else ''}"


def _note(lock: Path) -> Path:
    return lock.with_suffix(".holder")


def _as_file_name(text: str) -> str:
    """A file name that can be read, and is another for any other text."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "_", text)[:80]
    return f"{readable}-{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _describe(device: Name, holders: Mapping[Name, Holder | None]) -> str:
    taken = "; ".join(
        f"{name} is taken by {holder or 'another run'}" for name, holder in holders.items()
    )
    return taken if [*holders] == [device] else f"{device}: {taken}"
