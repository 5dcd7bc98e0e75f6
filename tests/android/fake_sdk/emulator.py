"""A stand-in for the Android emulator, which boots the simulated phone.

It takes the options that we pass, and no others; reports to adb and answers at the
ports that the real one would; says what the real one says when it cannot start. What
AVDs there are, and what is wrong with each, stands in the file that FAKE_AVDS names:
{"NAME": {"boot_s": 1.0, "trouble": "kvm"}}.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

from filelock import FileLock, Timeout

HEADLESS = ("-no-window", "-no-audio", "-no-boot-anim", "-no-metrics")
SNAPSHOTS = ("-no-snapshot-save", "-no-snapshot-load")
NO_KVM = """\
ERROR   | x86_64 emulation currently requires hardware acceleration!
CPU acceleration status: KVM requires a CPU that supports vmx or svm
More info on configuring VM acceleration on Linux:
https://developer.android.com/studio/run/emulator-acceleration#vm-linux"""
SAME_AVD = """\
ERROR   | Running multiple emulators with the same AVD
ERROR   | is an experimental feature.
ERROR   | Please use -read-only flag to enable this feature."""


def main() -> None:
    avds = Path(os.environ["FAKE_AVDS"])
    known: dict[str, Any] = json.loads(avds.read_text())
    options, unknown = parser().parse_known_args()
    if unknown:
        end(f"unknown option: {unknown[0]}\nplease use -help for a list of valid options")
    if options.list_avds:
        sys.stdout.write("INFO    | Storing crashdata in: /tmp/android-user/emu-crash.db\n")
        sys.stdout.write("".join(f"{name}\n" for name in known))
        return
    if options.avd not in known:
        end(f"FATAL   | Unknown AVD name [{options.avd}], use -list-avds to see valid list.")
    if options.port % 2 or not 5554 <= options.port <= 5682:
        end(f"ERROR   | option -port must be followed by an even integer number: {options.port}")
    try:
        with FileLock(avds.with_name(f"{options.avd}.lock"), timeout=0):
            run(options.port, **known[options.avd])
    except Timeout:
        end(SAME_AVD)


def parser() -> argparse.ArgumentParser:
    known = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    known.add_argument("-list-avds", action="store_true")
    known.add_argument("-avd", default="")
    known.add_argument("-port", type=int, default=5554)
    for option in ("-gpu", "-camera-back", "-camera-front"):
        known.add_argument(option)
    for option in (*HEADLESS, *SNAPSHOTS):
        known.add_argument(option, action="store_true")
    return known


def run(port: int, boot_s: float = 1.0, trouble: str = "") -> None:
    """The virtual device at the port, until SIGTERM or `kill` at its console."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if trouble == "kvm":
        end(NO_KVM)
    console = listen(port)
    command = (sys.executable, "-m", "harness.phone", "--bare", "--boot-s", str(boot_s))
    phone = subprocess.Popen(
        [*command, "--adb-port", str(port + 1)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert phone.stdin is not None
    assert phone.stdout is not None
    try:
        phone.stdout.readline()
        report(port + 1)
        if trouble == "crash":
            end("qemu-system-x86_64-headless: FATAL: bad snapshot")
        threading.Thread(target=answer, args=(console,), daemon=True).start()
        phone.wait()
    finally:
        phone.stdin.close()
        phone.wait()


def listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        end(f"ERROR   | Unable to bind to port {port}")


def report(adb_port: int) -> None:
    """Tells the adb server of this device, as the real one does: once, at the start."""
    server = ("127.0.0.1", int(os.environ.get("ANDROID_ADB_SERVER_PORT", "5037")))
    message = f"host:emulator:{adb_port}"
    with contextlib.suppress(OSError), socket.create_connection(server, 5) as adb:
        adb.sendall(f"{len(message):04x}{message}".encode())


def answer(console: socket.socket) -> None:
    """The console of the device: it knows `kill`."""
    while True:
        client, _ = console.accept()
        with client, client.makefile("rw", newline="") as lines:
            lines.write("Android Console: type 'help' for a list of commands\r\nOK\r\n")
            lines.flush()
            for line in lines:
                if line.strip() == "kill":
                    lines.write("OK: killing emulator, bye bye\r\n")
                    lines.flush()
                    os.kill(os.getpid(), signal.SIGTERM)


def end(words: str) -> NoReturn:
    sys.stderr.write(f"{words}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
