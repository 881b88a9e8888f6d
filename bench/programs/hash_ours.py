"""Works out the event hashes of a document, and says what it took.

    python -m bench.programs.hash_ours DOCUMENT HASHES

The hashes go into a file, one a line.
"""

import gc
import sys
from pathlib import Path

from bench.stopwatch import measured, tell
from epcis_core.codecs.limits import Limits
from epcis_core.event_hash import HashVariant, event_hash
from epcis_core.findings import Finding
from ingest.prepare import opened


def main() -> None:
    """Read first, then hash and measure that alone, by the standard's text and as the reference."""
    limits = Limits()
    with Path(sys.argv[1]).open("rb") as source:
        reader = opened(source, limits, None)
        if isinstance(reader, Finding):
            raise SystemExit(str(reader))
        read = [(one.event, one.namespaces) for one in reader.events() if one.event is not None]
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # as the commands do
    with measured() as took:
        hashes = [event_hash(event, namespaces) for event, namespaces in read]
    as_reference = [event_hash(*one, HashVariant.REFERENCE_1_9) for one in read]
    Path(sys.argv[2]).write_text("\n".join(as_reference), encoding="utf-8")
    tell(seconds=took.seconds, processor=took.processor, events=len(hashes))


if __name__ == "__main__":
    main()
