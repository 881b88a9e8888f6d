"""A party's part of a ledger, and what an export reads of it or of all.

To a party belong the events that it sent, those that it witnessed, those that name it as an end of
a source or destination, those that happened at its places (with its GLN, or its own by master
data), and the error declarations about any of these; the master data that it sent, and what
anybody says of the places, parties and products in those events.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import duckdb

from epcis_core.errors import QueryError
from epcis_core.identifiers import party_of
from epcis_core.store.events import StoredEvent, stored_event
from epcis_core.store.literals import among, literal
from epcis_core.store.names import PARTY, PLACE, Names
from epcis_core.store.reading import Reading
from epcis_core.store.view import View

_AT_ONCE: Final = 1000  # rows
_GLN: Final = re.compile(r"\d{13}", re.ASCII)


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """Which part of a ledger is meant.

    Attributes:
        parties: canonical parties, or names under which organisations capture; None for all.
        places: canonical places that are theirs.
    """

    parties: tuple[str, ...] | None = None
    places: tuple[str, ...] = ()

    @property
    def events(self) -> str:
        """The events, as SQL on `event e`."""
        if self.parties is None:
            return "true"
        named = f"SELECT o.event_id FROM event o WHERE {self._of('o')}"  # noqa: S608 - quoted
        return f"({self._of('e')} OR e.retracts IN ({named}))"

    @property
    def elements(self) -> str:
        """The versions of master data, as SQL on `vocabulary_element m`."""
        if self.parties is None:
            return "true"
        return f"(m.organisation {among(self.parties)} OR m.canonical IN ({self._named()}))"

    @property
    def entries(self) -> str:
        """The entries of the log, as SQL on `entry n`."""
        if self.parties is None:
            return "true"
        return (
            f"(n.sequence IN (SELECT e.sequence FROM event e WHERE {self.events}) OR n.sequence IN "  # noqa: S608 - quoted
            f"(SELECT m.sequence FROM vocabulary_element m WHERE {self.elements}) OR "
            f"(n.kind IN ('receipt', 'document') AND n.organisation {among(self.parties)}))"
        )

    @property
    def captures(self) -> str:
        """The captures, as SQL on `capture c`."""
        return "true" if self.parties is None else f"c.organisation {among(self.parties)}"

    def _of(self, alias: str) -> str:
        """Return the condition on events that the parties sent, witnessed or are named in."""
        own, listed = among(self.parties or ()), _list(self.parties or ())
        site = f"list_transform({alias}.places, lambda place: split_part(place, '/254/', 1))"
        return (
            f"({alias}.organisation {own} OR list_has_any({alias}.parties, {listed}) "  # noqa: S608 - quoted
            f"OR list_has_any(list_concat({alias}.places, {site}), {_list(self.places)}) OR "
            f"{alias}.sequence IN (SELECT w.event_sequence FROM receipt w "
            f"WHERE w.organisation {own}))"
        )

    def _named(self) -> str:
        """Return the SELECT of the places, parties and products that the events name."""
        own = f"FROM event e WHERE {self.events}"
        ends = f"SELECT unnest(list_concat(e.places, e.parties)) AS one {own}"
        site = "split_part(one, '/254/', 1)"
        product = "regexp_extract(r.object, '^https://id\\.gs1\\.org/01/[0-9]{14}')"
        return (
            f"SELECT one FROM ({ends}) UNION SELECT {site} FROM ({ends}) "  # noqa: S608 - quoted
            f"UNION SELECT replace({site}, '{PLACE}', '{PARTY}') FROM ({ends}) "
            f"UNION SELECT replace({site}, '{PARTY}', '{PLACE}') FROM ({ends}) "
            f"UNION SELECT {product} FROM reference r "
            f"WHERE r.sequence IN (SELECT e.sequence {own})"
        )


@dataclass(frozen=True, slots=True)
class StoredElement:
    """A version of an element of master data, as the ledger keeps it.

    Attributes:
        organisation: who sent it.
        vocabulary: the type of its vocabulary.
        text: the element as JSON.
        reading: what its prefixes mean.
    """

    organisation: str
    vocabulary: str
    text: str
    reading: Reading


def part_of(cursor: duckdb.DuckDBPyConnection, view: View, texts: Iterable[str]) -> LedgerPart:
    """Return the part of some parties.

    Args:
        cursor: a reader's.
        view: what may be seen, of the master data that say whose a place is.
        texts: GLNs, any spelling of a party or place, or names of organisations.

    Raises:
        QueryError: a number of 13 digits is no GLN.
    """
    parties = tuple(dict.fromkeys(map(_party, texts)))
    owners = Names(cursor, view).owners()
    own = [one.replace(PARTY, PLACE) for one in parties if one.startswith(PARTY)]
    owned = [place for place, party in owners.items() if party in parties]
    return LedgerPart(parties, tuple(dict.fromkeys((*own, *owned))))


def senders(cursor: duckdb.DuckDBPyConnection, view: View, part: LedgerPart) -> list[str]:
    """Return who sent anything of a part, or witnessed it, sorted.

    Args:
        cursor: a reader's.
        view: what may be seen.
        part: of the ledger.
    """
    rows = cursor.execute(
        f"SELECT e.organisation FROM event e WHERE {part.events} AND {view.condition('e')} "  # noqa: S608 - quoted
        "UNION SELECT w.organisation FROM receipt w JOIN event e ON e.sequence = w.event_sequence "
        f"WHERE {part.events} AND {view.condition('w')} "
        "UNION SELECT m.organisation FROM vocabulary_element m "
        f"WHERE {part.elements} AND m.body IS NOT NULL AND {view.condition('m')} ORDER BY 1"
    ).fetchall()
    return [row[0] for row in rows]


def sent_events(
    cursor: duckdb.DuckDBPyConnection, view: View, part: LedgerPart, organisation: str
) -> Iterator[StoredEvent]:
    """Yield the events of a part that an organisation sent first or again, in ledger order.

    Args:
        cursor: a reader's; it can do nothing else meanwhile.
        view: what may be seen.
        part: of the ledger.
        organisation: the sender; of what it witnessed, its own text counts.
    """
    columns = "epoch_us({0}.record_time), e.event_id, e.hash, s.organisation, s.capture_id, s.body"
    found = cursor.execute(
        f"SELECT s.sequence, {columns.format('s')}, e.event_type, v.syntax, v.prefixes, v.contexts "  # noqa: S608 - quoted
        f"FROM event e JOIN event s USING (sequence) JOIN envelope v ON v.envelope = s.envelope "
        f"WHERE s.organisation = {literal(organisation)} AND {part.events} "
        f"AND {view.condition('s')} UNION ALL "
        f"SELECT s.sequence, {columns.format('n')}, e.event_type, v.syntax, v.prefixes, v.contexts "
        f"FROM receipt s JOIN event e ON e.sequence = s.event_sequence "
        f"JOIN envelope v ON v.envelope = s.envelope JOIN entry n ON n.sequence = s.sequence "
        f"WHERE s.organisation = {literal(organisation)} AND {part.events} "
        f"AND {view.condition('s')} ORDER BY 1"
    )
    while rows := found.fetchmany(_AT_ONCE):
        yield from map(stored_event, rows)


def sent_elements(
    cursor: duckdb.DuckDBPyConnection, view: View, part: LedgerPart, organisation: str
) -> Iterator[StoredElement]:
    """Yield the versions of master data of a part that an organisation sent, in ledger order.

    Args:
        cursor: a reader's; it can do nothing else meanwhile.
        view: what may be seen.
        part: of the ledger.
        organisation: the sender.
    """
    return _elements(
        cursor,
        f"m.organisation = {literal(organisation)} AND {part.elements} AND {view.condition('m')}",
    )


def elements_about(
    cursor: duckdb.DuckDBPyConnection, view: View, keys: Iterable[str]
) -> Iterator[StoredElement]:
    """Yield the versions of master data about parties, places and products, in ledger order.

    Args:
        cursor: a reader's; it can do nothing else meanwhile.
        view: what may be seen.
        keys: canonical.
    """
    return _elements(cursor, f"m.canonical {among(keys)} AND {view.condition('m')}")


def _elements(cursor: duckdb.DuckDBPyConnection, condition: str) -> Iterator[StoredElement]:
    found = cursor.execute(
        "SELECT m.organisation, m.vocabulary, m.body, v.syntax, v.prefixes, v.contexts "  # noqa: S608 - quoted
        "FROM vocabulary_element m JOIN envelope v USING (envelope) "
        f"WHERE m.body IS NOT NULL AND {condition} ORDER BY m.sequence"
    )
    while rows := found.fetchmany(_AT_ONCE):
        for sender, vocabulary, text, syntax, prefixes, contexts in rows:
            reading = Reading.stored(syntax, prefixes, contexts)
            yield StoredElement(sender, vocabulary, text, reading)


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(literal, values))}]::VARCHAR[]"


def _party(text: str) -> str:
    """Return the canonical party that a text means; a text that is none as it is.

    Raises:
        QueryError: it is a number of 13 digits, and no GLN.
    """
    typed = text.strip()
    if not _GLN.fullmatch(typed):
        return party_of(typed) or typed
    party = party_of(f"{PARTY}{typed}")
    if party is None:
        raise QueryError(f"{typed} is no GLN: its check digit is wrong.", parameter="party")
    return party
