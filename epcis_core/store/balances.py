"""The balance of a party: which lots it may have had, and what came of them there."""

from typing import Final

import duckdb

from epcis_core.errors import QueryError
from epcis_core.identifiers import party_of
from epcis_core.provenance.balance_result import PartyBalance
from epcis_core.provenance.balance_rows import ALWAYS, Period
from epcis_core.provenance.border import party_balance_for
from epcis_core.provenance.kinds import kind_of
from epcis_core.provenance.party_balance import party_balance
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import literal
from epcis_core.store.names import PARTY, PLACE, Names
from epcis_core.store.trace import evidence_through, reader_of
from epcis_core.store.view import View

MOST_LOTS: Final = 2000
"""A balance has so many lots at most, those that were recorded last."""


def balance_of_party(
    ledger: Ledger,
    view: View,
    party: str,
    *,
    as_of: str | None = None,
    period: Period = ALWAYS,
    max_lots: int = MOST_LOTS,
) -> PartyBalance:
    """Work out lot by lot what came to a party, what left it and what should be there.

    Args:
        ledger: where to look.
        view: what may be seen.
        party: its canonical identifier, or a GLN.
        as_of: ledger time, a timestamp: what was known then. None is everything known.
        period: of which movements are told.
        max_lots: how many lots are looked at, those that were recorded last.

    Returns:
        The balance; without rows where nothing is seen of the party, and to an organisation where
        the party is another.

    Raises:
        QueryError: `as_of` is no timestamp.
    """
    key = party_key(party)
    with evidence_through(ledger, view, as_of) as (cursor, seen, evidence):
        book = ledger.names(cursor, seen)
        reader = None if view.viewer is None else reader_of(cursor, seen)
        if reader is not None and not reader.is_own(key):
            return PartyBalance(party=key)
        objects = _objects(cursor, seen, _ends_of(key, book), max_lots + 1)
        answer = party_balance(evidence, book, key, objects[:max_lots], period)
        answer = answer.model_copy(update={"truncated": len(objects) > max_lots})
        return answer if reader is None else party_balance_for(reader, answer)


def party_key(text: str) -> str:
    """Return the canonical identifier of a party by that, any spelling of it, or its GLN.

    >>> party_key("8936099140001")
    'https://id.gs1.org/417/8936099140001'

    Raises:
        QueryError: there is nothing.
    """
    typed = text.strip()
    if not typed:
        raise QueryError("Expected a party: its GLN or its identifier", parameter="id")
    if typed.isdecimal() and len(typed) == 13:  # noqa: PLR2004 - digits of a GLN
        return PARTY + typed
    return party_of(typed) or typed


def _ends_of(party: str, book: Names) -> str:
    """Return the condition on `event e` that an event names a party, or a place of it."""
    places = [place for place, owner in book.owners().items() if owner == party]
    begins = [*places, *([PLACE + party.removeprefix(PARTY)] if party.startswith(PARTY) else [])]
    named = [f"list_contains(e.parties, {literal(party)})"]
    named += [
        f"len(list_filter(e.places, lambda one: one = {literal(one)} "
        f"OR starts_with(one, {literal(one + '/')}))) > 0"
        for one in begins
    ]
    return f"({' OR '.join(named)})"


def _objects(cursor: duckdb.DuckDBPyConnection, view: View, condition: str, most: int) -> list[str]:
    """Return lots, classes, and items without lot that events of a party name, the latest first.

    What was in a container that they name counts, and for a member its lot.
    """
    rows = cursor.execute(
        "WITH RECURSIVE named AS ("  # noqa: S608 - conditions of ours
        "SELECT r.object, max(r.sequence) AS last FROM reference r "
        f"JOIN event e ON e.sequence = r.sequence WHERE {condition} AND {view.condition('e')} "
        "GROUP BY r.object), "
        "packed AS (SELECT DISTINCT m.container, m.content FROM mark m "
        f"WHERE m.kind = 'aggregation' AND m.content IS NOT NULL AND {view.condition('m')}), "
        "held AS (SELECT object, last FROM named UNION "
        "SELECT p.content, h.last FROM packed p JOIN held h ON h.object = p.container) "
        "SELECT coalesce(m.lot, h.object) AS one, max(h.last) AS latest FROM held h "
        f"LEFT JOIN membership m ON m.member = h.object AND {view.condition('m')} "
        f"GROUP BY one ORDER BY latest DESC, one LIMIT {2 * most:d}"
    ).fetchall()
    return [one for one, _ in rows if kind_of(one) != "container"][:most]
