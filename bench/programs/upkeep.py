"""What the upkeep of the fact index takes of a capture, in this thread and in the one beside."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

from epcis_core.store.index.fact_index import FactIndex
from epcis_core.store.index.upkeep import KeptIndex

_STEPS: Final[tuple[tuple[type, str], ...]] = (
    (KeptIndex, "take"),
    (KeptIndex, "write"),
    (KeptIndex, "keep"),
    (FactIndex, "_tidy"),
    (FactIndex, "close"),
)
"""What does work for the index; none of these does it within another."""


class Upkeep:
    """Adds up processor time.

    Attributes:
        seconds: so far.
    """

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """Return a step that adds what it takes of its thread's time."""

        def measured(*given: Any, **named: Any) -> Any:
            started = time.thread_time()
            try:
                return step(*given, **named)
            finally:
                self.seconds += time.thread_time() - started

        return measured


@contextmanager
def upkeep() -> Iterator[Upkeep]:
    """Measure the upkeep of all indexes while the block lasts."""
    found = Upkeep()
    with ExitStack() as stack:
        for kind, name in _STEPS:
            stack.enter_context(patch.object(kind, name, found.timed(getattr(kind, name))))
        yield found
