"""A trace from the ledger: what a person typed, through a view, to one answer."""

from dataclasses import replace

import duckdb

from epcis_core.errors import IdentifierError, QueryError
from epcis_core.identifiers import parse_identifier
from epcis_core.model.times import microseconds, utc_text
from epcis_core.provenance.result import Direction, Trace
from epcis_core.provenance.trace import trace
from epcis_core.store.evidence import StoredEvidence
from epcis_core.store.folding import as_typed
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import Names
from epcis_core.store.search import near
from epcis_core.store.view import View


def trace_lot(
    ledger: Ledger,
    view: View,
    text: str,
    *,
    direction: Direction = "both",
    as_of: str | None = None,
    now: int | None = None,
    max_objects: int = 10_000,
) -> Trace:
    """Trace an object.

    Args:
        ledger: where to look.
        view: what may be seen.
        text: any spelling of its identifier.
        direction: which way to walk.
        as_of: ledger time, a timestamp: what was known then. None is everything known.
        now: the clock, microseconds since 1970 UTC, that the answer shows where `as_of` is None.
        max_objects: how many objects the answer may hold.

    Returns:
        The answer; where nothing is known of the object it is empty, with identifiers `near` it.

    Raises:
        QueryError: `as_of` is no timestamp.
    """
    subject = subject_of(text)
    with ledger.reading() as cursor:
        if as_of is not None:
            view = as_known(cursor, view, as_of)
        answer = trace(
            StoredEvidence(cursor, view),
            Names(cursor, view),
            subject,
            direction=direction,
            as_of=_shown(as_of, now),
            max_objects=max_objects,
        )
        if answer.objects:
            return answer
        return answer.model_copy(update={"near": tuple(near(cursor, view, subject))})


def _shown(as_of: str | None, now: int | None) -> str | None:
    """Return the ledger time an answer stands for, in UTC."""
    moment = now if as_of is None else microseconds(as_of)
    return None if moment is None else utc_text(moment)


def subject_of(text: str) -> str:
    """Return the canonical identifier of what a person typed; a text that is no key as it is."""
    typed = as_typed(text)
    try:
        return parse_identifier(typed).digital_link()
    except IdentifierError:
        return typed


def as_known(cursor: duckdb.DuckDBPyConnection, view: View, time: str) -> View:
    """Narrow a view to what the ledger held at a record time, that instant included."""
    try:
        limit = microseconds(time)
    except ValueError as error:
        raise QueryError(str(error), parameter="as_of") from error
    row = cursor.execute(
        "SELECT coalesce(max(sequence), -1) FROM entry WHERE record_time <= make_timestamp(?)",
        [limit],
    ).fetchone()
    known = int(row[0]) if row is not None else -1
    if view.up_to_sequence is not None:
        known = min(known, view.up_to_sequence)
    return replace(view, up_to_sequence=known)
