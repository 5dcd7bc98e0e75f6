"""What a phone can be told to suffer, as a value: see `harness/phone/afflict.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from harness.phone.app import Values

Kind = Literal[
    # of the App
    "crash",  # its process dies of an exception: log and dialog
    "silent_crash",  # the same, but the system shows no dialog
    "not_responding",  # its main thread stops, and the system notices 5 s later
    "complained_of",  # the system says that it does not respond, though its screens do
    "freeze",  # its main thread stops, and the system never notices
    "slow_server",  # what it asks its server for takes `seconds` longer
    "server_down",  # its server does not answer
    "tell",  # it takes on `values`: it misbehaves in its own way
    "popup",  # it opens its dialog named `text`
    "toast",  # it shows `text` as a toast
    # of the phone
    "killed",  # the system ends the App's process, to free memory say
    "gone_home",  # somebody presses the home key
    "other_app",  # the App of package `text` comes to the front: a call
    "network_lost",  # no network
    "network_unchecked",  # connected, but nothing beyond the router answers
    "permission",  # Android asks leave for the App; its dialog takes `seconds` to close
    "network_dialog",  # Android says that the network leads nowhere; closes as late as that
    "shade",  # somebody pulls the notification shade down
    "system_dialog",  # Android says `text` in a dialog
    # of the server that answers for the phone
    "stale",  # the next `count` uses of an element find it stale
    "no_hierarchy",  # looks and the page source fail
    "empty_hierarchy",  # the page source is empty, looks find nothing
    "black_picture",  # pictures come out black
    "no_picture",  # pictures fail
    "session_lost",  # the session is over
    "automation_dead",  # every command fails: the on-device server, adb or the phone is gone
    "connection_cut",  # the endpoint closes the connection in the middle of an answer
    "slow_device",  # every command takes `seconds` longer
]


@dataclass(frozen=True)
class Trouble:
    """Something to suffer. What `text`, `values`, `seconds` and `count` mean says the kind.

    `lasts_s`: after so many seconds it is over; None: it stays.
    """

    kind: Kind
    text: str = ""
    values: Values = field(default_factory=dict)
    seconds: float = 0.0
    count: int = 1
    lasts_s: float | None = None
