"""Walks the chains in PostgreSQL by a recursive query, cold and warm, and says what it took.

    python -m bench.programs.trace_postgres FOLDER EVENTS ROUNDS ANSWERS

A table has a row for each pair of what went in and what came out, with covering indexes both ways,
and another for what was inside what from when until when. They are filled where they are not there.
An answer is every link of the walk, and so every object; with containers, these and when.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from bench.chains import LOT, Chain, Made, Packed, chains, happenings
from bench.programs.postgres import serving
from bench.stopwatch import measured, put_out, size_of, tell

_TABLES: Final = (
    """
CREATE TABLE made (
    input text COLLATE "C" NOT NULL, output text COLLATE "C" NOT NULL,
    time bigint NOT NULL, event bigint NOT NULL
)
""",
    """
CREATE TABLE inside (
    content text COLLATE "C" NOT NULL, container text COLLATE "C" NOT NULL,
    since bigint NOT NULL, until bigint, event bigint NOT NULL
)
""",
)
_INDEXES: Final = (
    "CREATE INDEX made_from ON made (output, time) INCLUDE (input, event)",
    "CREATE INDEX made_into ON made (input, time) INCLUDE (output, event)",
    "CREATE INDEX inside_of ON inside (content, since) INCLUDE (container, until, event)",
    "CREATE INDEX inside_in ON inside (container, since) INCLUDE (content, until, event)",
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


_CONTAINERS: Final = """
UNION ALL
SELECT inside.content, inside.container, inside.event, inside.since FROM inside
WHERE inside.content IN (SELECT object FROM walk)
"""

Asked = dict[str, str]
"""A query by the way in which it walks."""

_ASKED: Final[dict[str, Asked]] = {
    "walk": _WALKS,
    "walk with containers": {way: f"{query}{_CONTAINERS}" for way, query in _WALKS.items()},
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
    for name, asked in _ASKED.items():
        put_out(folder)
        with serving(folder) as server, _connected(server.address) as connection:
            _ask(connection, some[0], asked)  # what any first question reads
            for chain in some[1:]:
                _time(times, f"{name} cold", connection, chain, asked)
            for _ in range(rounds):
                for chain in some:
                    _time(times, f"{name} warm", connection, chain, asked)
            version = server.version
    with serving(folder) as server, _connected(server.address) as connection:
        answers = {chain.subject: _answer(connection, chain) for chain in some}
    Path(sys.argv[4]).write_text(json.dumps(answers), encoding="utf-8")
    tell(times=times, size=size_of(folder / "base"), version=version)


def _fill(address: str, size: int) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for table in _TABLES:
            connection.execute(table)
        with _copying(address, "made") as made, _copying(address, "inside") as inside:
            packed: dict[tuple[str, str], tuple[int, int]] = {}
            for one in happenings(size):
                if isinstance(one, Made):
                    for source in one.inputs:
                        for target in one.outputs:
                            made.write(f"{source}\t{target}\t{one.time}\t{one.event}\n")
                else:
                    for row in _stays(one, packed):
                        inside.write(row)
        connection.execute("SET maintenance_work_mem = '1GB'")
        for statement in _INDEXES:
            connection.execute(statement)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


@contextmanager
def _copying(address: str, table: str) -> Iterator[Any]:
    with (
        psycopg.connect(address, autocommit=True) as connection,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} FROM STDIN") as copy,
    ):
        yield copy


def _stays(one: Packed, packed: dict[tuple[str, str], tuple[int, int]]) -> Iterator[str]:
    """Yield the rows of stays: those of chains once they end, the others last for ever."""
    for content in one.contents:
        stay = content, one.container
        if not content.startswith(LOT):
            yield f"{content}\t{one.container}\t{one.time}\t\\N\t{one.event}\n"
        elif one.is_end:
            since, event = packed.pop(stay)
            yield f"{content}\t{one.container}\t{since}\t{one.time}\t{event}\n"
        else:
            packed[stay] = one.time, one.event


def _connected(address: str) -> Any:
    return psycopg.connect(address, autocommit=True, prepare_threshold=0)


def _ask(connection: Any, chain: Chain, asked: Asked) -> list[tuple[str, str, int, int]]:
    rows: list[tuple[str, str, int, int]] = connection.execute(
        asked[chain.way], (chain.subject,)
    ).fetchall()
    return rows


def _time(
    times: dict[str, list[float]], name: str, connection: Any, chain: Chain, asked: Asked
) -> None:
    with measured() as took:
        _ask(connection, chain, asked)
    times.setdefault(f"{chain.way} {chain.size} {name}", []).append(took.seconds)


def _answer(connection: Any, chain: Chain) -> dict[str, object]:
    """Return the links of either question; what the second has more are stays."""
    walked, whole = (_ask(connection, chain, asked) for asked in _ASKED.values())
    links = sorted([source, target] for source, target, _, _ in walked)
    objects = {chain.subject, *(one for link in links for one in link)}
    stays = {(content, container) for content, container, _, _ in whole}
    return {
        "objects": sorted(objects),
        "links": links,
        "stays": sorted(stays - {(source, target) for source, target in links}),
    }


if __name__ == "__main__":
    main()
