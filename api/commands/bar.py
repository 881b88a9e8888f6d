"""The bar that shows at a terminal how far long work has come."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from ingest.intake import Telling


@contextmanager
def progress_bar(console: Console, name: str) -> Iterator[Telling]:
    """Show a bar while work on a file goes on, and take it away at the end.

    It moves with what is told, and its clock runs in between; none is shown where nobody watches.

    Args:
        console: the terminal.
        name: what the bar is called until the first document is.
    """
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[events]} events"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(escape(name), total=None, events=0)

        def tell(document: str, size: int, read: int, events: int) -> None:
            bar.update(
                task, description=escape(document), total=size, completed=read, events=events
            )

        yield tell
