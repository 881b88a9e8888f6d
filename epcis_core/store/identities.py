"""Identities and digests of a ledger of an older format, worked out as capture works them out now.

By them it is told whether something that is sent has been sent before; what an older release has
written would tell otherwise of the same event.
"""

from typing import Final

import duckdb
import pyarrow as pa

from epcis_core.codecs.stored import read_stored_event
from epcis_core.model.namespaces import Namespaces
from epcis_core.store.derived import derived_from
from epcis_core.store.master_data import stored_version
from epcis_core.store.reading import Reading
from epcis_core.store.tables import Row, Table

_TOGETHER: Final = 1_000
_ANEW: Final = Table(
    "anew",
    pa.schema([("sequence", pa.int64()), ("identity", pa.string()), ("digest", pa.binary())]),
)
_EVENTS: Final = (
    "SELECT e.sequence, e.body, e.position, e.organisation, e.identity, e.content, v.syntax, "
    "v.prefixes, v.contexts FROM event e JOIN envelope v USING (envelope) "
    "WHERE e.sequence > ? AND e.body IS NOT NULL ORDER BY e.sequence LIMIT ?"
)
_ELEMENTS: Final = (
    "SELECT m.sequence, m.vocabulary, m.canonical, m.body, m.digest, v.syntax, v.prefixes, "
    "v.contexts FROM vocabulary_element m JOIN envelope v USING (envelope) "
    "WHERE m.sequence > ? AND m.body IS NOT NULL ORDER BY m.sequence LIMIT ?"
)


def fill_identities(connection: duckdb.DuckDBPyConnection) -> None:
    """Work out identities of events, and digests of events and elements of master data, again.

    Raises:
        ParseError: an event or element can no longer be read.
    """
    connection.execute("CREATE TEMP TABLE anew (sequence BIGINT, identity VARCHAR, digest BLOB)")
    _find_events(connection)
    _find_elements(connection)
    connection.execute(
        "UPDATE event SET content = anew.digest FROM anew WHERE anew.sequence = event.sequence"
    )
    connection.execute(
        "UPDATE event SET identity = anew.identity FROM anew "
        "WHERE anew.sequence = event.sequence AND anew.identity <> event.identity"
    )
    connection.execute(
        "UPDATE vocabulary_element SET digest = anew.digest FROM anew "
        "WHERE anew.sequence = vocabulary_element.sequence"
    )
    connection.execute("DROP TABLE anew")


def _find_events(connection: duckdb.DuckDBPyConnection) -> None:
    after = -1
    while found := connection.execute(_EVENTS, [after, _TOGETHER]).fetchall():
        rows: list[Row] = []
        for sequence, text, position, organisation, identity, content, *stored in found:
            reading = Reading.stored(*stored)
            event = read_stored_event(text, reading.syntax, reading.namespaces)
            new = derived_from(
                event,
                Namespaces.of_context(event.context, reading.namespaces),
                text=text,
                position=position,
                organisation=organisation,
            )
            if (new.identity, new.content) != (identity, content):
                rows.append((sequence, new.identity, new.content))
        _ANEW.insert(connection, rows)
        after = found[-1][0]


def _find_elements(connection: duckdb.DuckDBPyConnection) -> None:
    after = -1
    while found := connection.execute(_ELEMENTS, [after, _TOGETHER]).fetchall():
        rows: list[Row] = []
        for sequence, vocabulary, canonical, body, digest, *stored in found:
            around = Reading.stored(*stored).namespaces
            version = stored_version(vocabulary, canonical, body.encode(), around)
            if version.digest != digest:
                rows.append((sequence, None, version.digest))
        _ANEW.insert(connection, rows)
        after = found[-1][0]
