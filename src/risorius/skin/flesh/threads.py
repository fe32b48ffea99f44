"""Two things at once, on as many cores as compiled code may use."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

__all__ = ["both"]


def both(one: Callable[[], None], other: Callable[[], None]) -> None:
    """Do two things that do not know of each other; ``NUMBA_NUM_THREADS=1`` does them in turn.

    Examples
    --------
    >>> done = []
    >>> both(lambda: done.append("left"), lambda: done.append("right"))
    >>> sorted(done)
    ['left', 'right']
    """
    pool = _pool()
    if pool is None:
        one()
        other()
        return
    job = pool.submit(one)
    try:
        other()
    finally:
        job.result()


@cache
def _pool() -> ThreadPoolExecutor | None:
    from numba import get_num_threads

    if get_num_threads() < 2:
        return None
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="flesh")
