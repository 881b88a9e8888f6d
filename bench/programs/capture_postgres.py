"""Loads a document into PostgreSQL as JSONB with COPY, as a service of few lines would.

    python -m bench.programs.capture_postgres DOCUMENT FOLDER EVENTS [SCHEMA]

With a JSON Schema each event is validated before. Ids are unique and times are indexed; there are
no identifiers, no hashes, no proofs, and a duplicate makes the whole document fail.
"""

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import psycopg

from bench.programs.postgres import serving
from bench.stopwatch import measured, most_memory, processor_of, tell

_TABLE = """
CREATE TABLE event (
    event_id text PRIMARY KEY, event_time timestamptz NOT NULL, body jsonb NOT NULL
)
"""
_COPY = "COPY event FROM STDIN"


def main() -> None:
    """Load into an empty database, and measure until it is committed."""
    document, folder, expected = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    validator = _validator(Path(sys.argv[4])) if len(sys.argv) > 4 else None  # noqa: PLR2004
    with serving(folder, fresh=True) as server, psycopg.connect(server.address) as connection:
        connection.execute(_TABLE)
        connection.execute("CREATE INDEX ON event (event_time)")
        connection.commit()
        before = processor_of(server.pid)
        with measured() as took:
            _load(connection, document, validator)
        served = processor_of(server.pid) - before
        rows = connection.execute("SELECT count(*) FROM event").fetchone()
        if rows != (expected,):
            raise SystemExit(f"{rows} events")
        tell(
            seconds=took.seconds,
            processor=took.processor + served,
            memory=most_memory(),
            version=server.version,
        )


def _validator(path: Path) -> Any:
    schema = json.loads(path.read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def _load(connection: psycopg.Connection, document: Path, validator: Any) -> None:
    parsed = orjson.loads(document.read_bytes())
    events = parsed["epcisBody"]["eventList"]
    head = {**parsed, "epcisBody": None}
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for event in events:
            if validator is not None:
                validator.validate({**head, "epcisBody": {"eventList": [event]}})
            body = orjson.dumps(event).decode()
            copy.write_row((event["eventID"], event["eventTime"], body))
    connection.commit()


if __name__ == "__main__":
    main()
