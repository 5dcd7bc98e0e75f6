"""What the tests of the phone's shell have in common."""

from __future__ import annotations

from dataclasses import dataclass

from harness.clock import VirtualClock
from harness.phone.android import shell
from harness.phone.android.apk import Manifest
from harness.phone.android.apk_writer import write_apk
from harness.phone.android.system import System
from harness.phone.device import Phone
from tests.phone.small_app import OTHER_APP, SMALL_APP

RUNNER = "androidx.test.runner.AndroidJUnitRunner"
SERVER = "io.appium.uiautomator2.server"
SETTINGS = "io.appium.settings"


@dataclass
class Device:
    """A phone with two Apps, its Android, and the clock of both."""

    clock: VirtualClock
    system: System

    @property
    def phone(self) -> Phone:
        return self.system.phone

    def run(self, script: str, stdin: bytes = b"") -> shell.Finished:
        """A script that must end by itself."""
        done = shell.run(self.system, script, stdin)
        assert isinstance(done, shell.Finished), f"{script} goes on"
        return done

    def says(self, script: str) -> str:
        """What a script that must go well writes."""
        done = self.run(script)
        assert (done.code, done.stderr) == (0, b""), (script, done)
        return done.stdout.decode()

    def follow(self, script: str) -> shell.Follow:
        """A script that must go on."""
        program = shell.run(self.system, script)
        assert isinstance(program, shell.Follow), program
        return program

    def install(self, manifest: Manifest, options: str = "") -> str:
        """Installs an APK as adb streams it; returns what the package manager says."""
        apk = write_apk(manifest)
        done = self.run(f"cmd package 'install' {options} '-S' '{len(apk)}'", apk)
        return done.stdout.decode() + done.stderr.decode()

    def prepare(self) -> None:
        """Installs what the driver brings along: its settings App, its server and the test."""
        activities = (f"{SETTINGS}.Settings",)
        assert self.install(Manifest(SETTINGS, 191, "8.0.9", activities=activities)) == "Success\n"
        assert self.install(Manifest(SERVER, 278, "10.6.6")) == "Success\n"
        runner = Manifest(f"{SERVER}.test", instrumentation=(RUNNER, SERVER))
        assert self.install(runner) == "Success\n"


def device() -> Device:
    """A phone that has just been switched on."""
    clock = VirtualClock()
    return Device(clock, System(Phone((SMALL_APP, OTHER_APP), clock), serial="127.0.0.1:40001"))
