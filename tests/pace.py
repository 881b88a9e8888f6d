"""How fast the machine is on which the tests run, so that limits of time are fair everywhere.

A limit of processor time is meant for the usual machine: one on which `reference` takes `NOMINAL`
seconds when nothing else runs. On a slower one, or a busy one, more is allowed; never less.
"""

import json
import time
from typing import Final

from lxml import etree

NOMINAL: Final = 0.2
"""Seconds of processor time of `reference` on the usual machine."""

_ROUNDS: Final = 9
_SIZE: Final = 6_000


def reference() -> float:
    """Do what readers do, in Python, in JSON and in XML, and return how long it took in seconds."""
    started = time.process_time()
    names = [f"n{number}" for number in range(_SIZE)]
    inside = "".join(f"<{name} b='c'>d</{name}>" for name in names)
    xml = f"<a>{inside}</a>".encode()
    text = json.dumps({name: [name, 1.5, {"a": name}] for name in names})
    for _ in range(_ROUNDS):
        found = {element.tag: (element.text, *element.items()) for element in etree.fromstring(xml)}
        read = json.loads(text, object_pairs_hook=lambda pairs: dict(sorted(pairs)))
        assert len(found) == len(read) == _SIZE
    return time.process_time() - started


def allowed(seconds: float) -> float:
    """Return how long may take here and now what may take so long on the usual machine.

    Args:
        seconds: of processor time.
    """
    return seconds * max(1.0, reference() / NOMINAL)
