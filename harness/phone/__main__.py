"""`python -m harness.phone`: a simulated phone in a process of its own.

It prints one line of JSON when it listens, with `--adb` another at its end with the
commands that it did not know, and ends when its standard input is
closed: when whoever started it is gone, however that came about, so is the phone.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
from typing import Annotated

import typer

from harness.phone.android.handset import Handset
from harness.phone.apps import APPS, load
from harness.phone.clock import RealClock
from harness.phone.device import Phone
from harness.phone.server import end_with, listen, serve_until_closed, url_of


def main(  # noqa: PLR0913, PLR0917  each is an option of the command
    app: Annotated[
        list[str] | None,
        typer.Option(help=f"An App to install, repeatable: {', '.join(APPS)}. Default: all."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    attended: Annotated[
        bool, typer.Option(help="Somebody is there to drag sliders and show a face.")
    ] = False,
    font_scale: Annotated[float, typer.Option(help="The system's font size.", min=0.5)] = 1.0,
    adb: Annotated[
        bool, typer.Option(help="Answer adb and the real UiAutomator2 driver as well.")
    ] = False,
    adb_port: Annotated[int, typer.Option(help="Port for adb; 0 takes a free one.")] = 0,
    boot_s: Annotated[
        float, typer.Option(help="Seconds that it boots, while it answers adb.", min=0)
    ] = 0,
    bare: Annotated[bool, typer.Option(help="No App on it at first.")] = False,
) -> None:
    """Runs a simulated phone until its standard input is closed."""
    names = [] if bare else app or list(APPS)
    try:
        apps = load(names)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem
    phone = Phone(apps, RealClock(), attended=attended, font_scale=font_scale)
    endpoint = listen(port)
    handset = Handset(phone, listen(adb_port), endpoint, boot_s) if adb or adb_port else None
    # What is there by now stays: a collection in the middle of a request need not look at it.
    gc.collect()
    gc.freeze()
    packages = {name: each.package for name, each in zip(names, apps, strict=True)}
    announcement = {"url": url_of(endpoint), "pid": os.getpid(), "packages": packages}
    if handset is not None:
        announcement["serial"] = handset.serial
    sys.stdout.write(json.dumps(announcement) + "\n")
    sys.stdout.flush()
    leash = sys.stdin.buffer
    if handset is None:
        serve_until_closed(phone, endpoint, leash)
    else:
        asyncio.run(handset.serve(lambda stop: end_with(leash, stop)))
        sys.stdout.write(json.dumps({"unknown": handset.system.unknown}) + "\n")


if __name__ == "__main__":
    typer.run(main)
