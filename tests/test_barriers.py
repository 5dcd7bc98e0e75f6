from __future__ import annotations

from typing import get_args

from harness.barriers import IN_CHINESE
from harness.model import BarrierKind


def test_every_kind_of_barrier_has_its_chinese_name() -> None:
    assert set(IN_CHINESE) == set(get_args(BarrierKind))
