"""Works out the event hashes of a document by the reference tool, and says what it took.

python -m bench.programs.hash_reference DOCUMENT HASHES
"""

import sys
from pathlib import Path

from epcis_event_hash_generator.events_from_file_reader import event_list_from_file
from epcis_event_hash_generator.hash_generator import epcis_hashes_from_events

from bench.stopwatch import measured, tell


def main() -> None:
    """Read first, then hash and measure that alone."""
    events = event_list_from_file(sys.argv[1])
    with measured() as took:
        hashes = epcis_hashes_from_events(events)
    Path(sys.argv[2]).write_text("\n".join(hashes), encoding="utf-8")
    tell(seconds=took.seconds, processor=took.processor, events=len(hashes))


if __name__ == "__main__":
    main()
