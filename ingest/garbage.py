"""No look for garbage while a batch of events is worked out, in this thread or in another.

Python looks for circles that nobody can reach whenever many objects have come. Those of a batch
have come to stay until it is stored, and hold no circles: to look through them took a tenth of a
capture, while every thread stood still. When the batch is done they are let go of without a look;
then is looked for what others have left behind.
"""

import gc
from threading import Lock
from types import TracebackType
from typing import Final


class _NoLooks:
    """As long as anybody is within this, Python does not look for garbage by itself."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._within = 0
        self._was_enabled = False

    def __enter__(self) -> None:
        with self._lock:
            if not self._within:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._within += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._within -= 1
            if not self._within and self._was_enabled:
                gc.enable()


NO_LOOKS: Final = _NoLooks()
"""The one for all threads, since they have one memory."""
