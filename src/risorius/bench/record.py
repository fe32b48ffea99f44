"""One measured figure, and the small tools to measure one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Record", "best_of", "python_seconds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One figure of the benchmark table."""

    area: str
    figure: str
    value: float | None
    """None where it could not be measured; ``against`` then says why."""
    unit: str
    bar: str = ""
    """What is asked for, such as ``<= 2``; empty for a figure that is only told."""
    against: str = ""
    """The peer, limit or source that the bar or the value refers to."""

    @property
    def holds(self) -> bool | None:
        """Whether the value meets the bar; None where there is no bar."""
        if not self.bar:
            return None
        if self.value is None:
            return False
        sign, limit = self.bar.split()
        return self.value <= float(limit) if sign == "<=" else self.value >= float(limit)


def best_of(work: Callable[[], object], *, repeats: int = 7) -> float:
    """Return the seconds of the quickest of several runs: the one least disturbed by others."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def python_seconds(code: str, *, repeats: int = 5) -> float:
    """Return the seconds that ``code`` says it took, in the best of several fresh processes.

    The code prints one number as its last line.
    """
    return min(
        float(
            subprocess.run(
                [sys.executable, "-c", code], check=True, capture_output=True, text=True
            ).stdout.split()[-1]
        )
        for _ in range(repeats)
    )
