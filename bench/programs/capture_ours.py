"""Captures a document into a ledger, with everything on, and says what it took.

python -m bench.programs.capture_ours DOCUMENT LEDGER EVENTS
"""

import gc
import sys
import time
from pathlib import Path

from bench.programs.upkeep import upkeep
from bench.stopwatch import measured, most_memory, tell
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_stream

_COLLECTED_AFTER = (50_000, 20, 50)  # as the commands do


def main() -> None:
    """Capture, and measure until it is acknowledged."""
    document, path, expected = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    sys.modules["pandas"] = None  # type: ignore[assignment] # as the commands do
    gc.set_threshold(*_COLLECTED_AFTER)
    with (
        upkeep() as kept,
        measured() as whole,
        Ledger.open(path) as ledger,
        document.open("rb") as source,
    ):
        now = time.time_ns() // 1000
        with measured() as took:
            report = capture_stream(ledger, source, file_name=document.name, now=now)
    if (report.status, report.counts["accepted"]) != ("accepted", expected):
        raise SystemExit(f"{report.status}, {dict(report.counts)}")
    tell(
        seconds=took.seconds,
        processor=took.processor,
        memory=most_memory(),
        index=kept.seconds / whole.processor,
    )


if __name__ == "__main__":
    main()
