from __future__ import annotations

import pytest

from harness.errors import AppMissing, DeviceTrouble, NoAnswer, SessionLost, SessionNotStarted


@pytest.mark.parametrize("kind", [AppMissing, NoAnswer, SessionLost, SessionNotStarted])
def test_every_kind_of_trouble_says_in_chinese_what_happened(kind: type[DeviceTrouble]) -> None:
    assert kind.zh != DeviceTrouble.zh
