"""Walks the chains in PostgreSQL by a recursive query, cold and warm, and says what it took.

    python -m bench.programs.trace_postgres FOLDER EVENTS ROUNDS ANSWERS

A table has a row for each pair of what went in and what came out, with covering indexes both ways.
It is filled where it is not there. An answer is every link of the walk, and so every object.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

import psycopg

from bench.chains import Chain, chains, transformations
from bench.programs.postgres import serving
from bench.stopwatch import measured, put_out, size_of, tell

_TABLE: Final = """
CREATE TABLE made (
    input text COLLATE "C" NOT NULL, output text COLLATE "C" NOT NULL,
    time bigint NOT NULL, event bigint NOT NULL
)
"""
_INDEXES: Final = (
    "CREATE INDEX made_from ON made (output, time) INCLUDE (input, event)",
    "CREATE INDEX made_into ON made (input, time) INCLUDE (output, event)",
)
_WALKS: Final = {
    "upstream": """
WITH RECURSIVE walk(object, bound) AS (
    SELECT %s::text COLLATE "C", 9223372036854775807
    UNION
    SELECT made.input, made.time FROM walk
    JOIN made ON made.output = walk.object AND made.time <= walk.bound
)
SELECT DISTINCT made.input, made.output, made.event, made.time FROM walk
JOIN made ON made.output = walk.object AND made.time <= walk.bound
""",
    "downstream": """
WITH RECURSIVE walk(object, bound) AS (
    SELECT %s::text COLLATE "C", 0::bigint
    UNION
    SELECT made.output, made.time FROM walk
    JOIN made ON made.input = walk.object AND made.time >= walk.bound
)
SELECT DISTINCT made.input, made.output, made.event, made.time FROM walk
JOIN made ON made.input = walk.object AND made.time >= walk.bound
""",
}


def main() -> None:
    """Fill, and measure, cold first."""
    folder, size, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    is_filled = folder.with_name(f"{folder.name}.filled")
    if not is_filled.exists():
        with serving(folder, fresh=True) as server:
            _fill(server.address, size)
        is_filled.touch()
    some = chains(size)
    times: dict[str, list[float]] = {}
    put_out(folder)
    with serving(folder) as server, _connected(server.address) as connection:
        _walk(connection, some[0])  # what any first question reads
        for chain in some[1:]:
            _time(times, "walk cold", connection, chain)
        for _ in range(rounds):
            for chain in some:
                _time(times, "walk warm", connection, chain)
        answers = {chain.subject: _answer(connection, chain) for chain in some}
        version = server.version
    Path(sys.argv[4]).write_text(json.dumps(answers), encoding="utf-8")
    tell(times=times, size=size_of(folder / "base"), version=version)


def _fill(address: str, size: int) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(_TABLE)
        with connection.cursor() as cursor, cursor.copy("COPY made FROM STDIN") as copy:
            for one in transformations(size):
                for source in one.inputs:
                    for target in one.outputs:
                        copy.write(f"{source}\t{target}\t{one.time}\t{one.event}\n")
        connection.execute("SET maintenance_work_mem = '1GB'")
        for statement in _INDEXES:
            connection.execute(statement)
        connection.execute("VACUUM ANALYZE made")
        connection.execute("CHECKPOINT")


def _connected(address: str) -> Any:
    return psycopg.connect(address, autocommit=True, prepare_threshold=0)


def _walk(connection: Any, chain: Chain) -> list[tuple[str, str, int, int]]:
    rows: list[tuple[str, str, int, int]] = connection.execute(
        _WALKS[chain.way], (chain.subject,)
    ).fetchall()
    return rows


def _time(times: dict[str, list[float]], name: str, connection: Any, chain: Chain) -> None:
    with measured() as took:
        _walk(connection, chain)
    times.setdefault(f"{chain.way} {chain.size} {name}", []).append(took.seconds)


def _answer(connection: Any, chain: Chain) -> dict[str, object]:
    rows = _walk(connection, chain)
    links = sorted([source, target] for source, target, _, _ in rows)
    objects = {chain.subject, *(one for link in links for one in link)}
    return {"objects": sorted(objects), "links": links}


if __name__ == "__main__":
    main()
