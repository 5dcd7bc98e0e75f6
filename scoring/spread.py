"""The same work on many things, over all processors."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

AT_ONCE = 8
"""Things that a process is handed at a time."""
AHEAD = 2
"""So many times that for each process are taken from the things before they are asked for."""


def spread(make: Callable[[S], T], things: Iterable[S], few: int) -> Iterator[T]:
    """What is made of each thing, in their order; of many, a few are in memory at a time.

    Args:
        make: of a module, and may be handed to another process.
        things: the same holds for them.
        few: so few are made sooner than processes are started.
    """
    coming = iter(things)
    first = list(islice(coming, few))
    if len(first) < few:
        yield from map(make, first)
        return
    # Started anew, not forked: whoever ends a run has threads, and locks that they hold.
    context = multiprocessing.get_context("spawn")
    workers = os.cpu_count() or 1
    coming = chain(first, coming)
    begun: deque[Future[list[T]]] = deque()
    with ProcessPoolExecutor(workers, context) as processes:
        while some := list(islice(coming, AT_ONCE)):
            begun.append(processes.submit(_make_each, make, some))
            if len(begun) > AHEAD * workers:
                yield from begun.popleft().result()
        while begun:
            yield from begun.popleft().result()


def _make_each(make: Callable[[S], T], things: Sequence[S]) -> list[T]:
    return list(map(make, things))
