"""The same work on many things, over all processors."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

AT_ONCE = 8
"""Things that a process is handed at a time."""


def spread(make: Callable[[S], T], things: Sequence[S], few: int) -> Iterator[T]:
    """What is made of each thing, in their order.

    Args:
        make: of a module, and may be handed to another process.
        things: the same holds for them.
        few: so few are made sooner than processes are started.
    """
    if len(things) < few:
        yield from map(make, things)
        return
    # Started anew, not forked: whoever ends a run has threads, and locks that they hold.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count() or 1, context) as processes:
        yield from processes.map(make, things, chunksize=AT_ONCE)
