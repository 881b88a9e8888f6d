"""How often Python looks through all it holds for circles that nobody can reach any more.

All threads stand still meanwhile, a tenth of a second where a document is being captured. Left to
itself, Python looks every few seconds then, since it measures by how much has come and gone. Nearly
all is let go of without a look, and circles mostly die young, which takes a short one.
"""

import gc
import threading
import time
from typing import Final

_YOUNG: Final = 2000  # objects more than before
_MIDDLE: Final = 10  # looks at the young ones
_NEVER: Final = 1_000_000
_EVERY: Final = 60.0  # seconds


def look_rarely() -> None:
    """Let what is there by now stay unlooked at, and look at the rest once a minute."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
    threading.Thread(target=_look, name="garbage", daemon=True).start()


def _look() -> None:
    while True:
        time.sleep(_EVERY)
        gc.collect()
