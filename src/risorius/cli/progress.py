"""The one progress bar of all commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["bar"]


@contextmanager
def bar(title: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on standard error while the block runs; yield what moves it to a share 0..1.

    It shows only where somebody watches, appears with the first share and leaves no trace.
    """
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeRemainingColumn(),
    )
    hidden = not console.is_terminal
    with progress.Progress(*columns, console=console, transient=True, disable=hidden) as shown:
        task = shown.add_task(title, total=1.0, visible=False)
        yield lambda share: shown.update(task, completed=share, visible=True)
