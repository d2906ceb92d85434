"""The terminal: where results and errors go, and the progress bar."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

out = Console()
err = Console(stderr=True)

FALLS_SHORT = 1
WRONG_CALL = 2


@contextmanager
def bar(title: str) -> Iterator[Callable[[str, float], None]]:
    """Show a progress bar on standard error while the block runs."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        task = shown.add_task(title, total=1.0)
        yield lambda stage, done: shown.update(task, description=stage, completed=done)
