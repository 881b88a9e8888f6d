"""Parses a document, and does nothing else: a floor that no capture can be under.

python -m bench.programs.capture_floors orjson DOCUMENT EVENTS
python -m bench.programs.capture_floors lxml DOCUMENT EVENTS SCHEMA
"""

import sys
from pathlib import Path

import orjson
from lxml import etree

from bench.stopwatch import measured, most_memory, tell


def main() -> None:
    """Parse, and with lxml validate, and measure."""
    kind, document, expected = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    schema = etree.XMLSchema(etree.parse(sys.argv[4])) if kind == "lxml" else None
    with measured() as took:
        if schema is None:
            found = len(orjson.loads(document.read_bytes())["epcisBody"]["eventList"])
        else:
            parsed = etree.parse(document)
            schema.assertValid(parsed)
            events = parsed.find("EPCISBody/EventList")
            found = 0 if events is None else len(events)
    if found != expected:
        raise SystemExit(f"{found} events")
    tell(seconds=took.seconds, processor=took.processor, memory=most_memory())


if __name__ == "__main__":
    main()
