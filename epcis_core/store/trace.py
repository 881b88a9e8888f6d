"""Answers from the ledger: what a person typed, through a view, to a trace, a recall, a balance."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import duckdb

from epcis_core.access.visibility import belongs
from epcis_core.errors import IdentifierError, QueryError
from epcis_core.identifiers import parse_identifier
from epcis_core.model.times import microseconds, utc_text
from epcis_core.provenance.balance import balance, balance_in
from epcis_core.provenance.balance_result import Balance
from epcis_core.provenance.balance_rows import ALWAYS, Period
from epcis_core.provenance.border import Reader, balance_for, recall_for, trace_for
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.overview import all_gaps, all_gaps_for
from epcis_core.provenance.recall import recall
from epcis_core.provenance.recall_result import Recall
from epcis_core.provenance.result import Direction, Gap, Trace
from epcis_core.provenance.trace import balanced, trace_in
from epcis_core.store.alike import near
from epcis_core.store.erased import erased_gaps
from epcis_core.store.evidence import StoredEvidence
from epcis_core.store.folding import as_typed
from epcis_core.store.indexed_evidence import IndexedEvidence
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among, literal
from epcis_core.store.view import View


def trace_lot(
    ledger: Ledger,
    view: View,
    text: str,
    *,
    direction: Direction = "both",
    at: str | None = None,
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
        at: event time, a timestamp: of a container, the load that was inside then, or else the last
            before, or else the first. None is the latest.
        as_of: ledger time, a timestamp: what was known then. None is everything known.
        now: the clock, microseconds since 1970 UTC, that the answer shows where `as_of` is None.
        max_objects: how many objects the answer may hold.

    Returns:
        The answer; where nothing is known of the object it is empty, with identifiers `near` it.

    Raises:
        QueryError: `at` or `as_of` is no timestamp.
    """
    answer, _ = _traced(
        ledger,
        view,
        text,
        direction=direction,
        at=at,
        as_of=as_of,
        now=now,
        most=max_objects,
    )
    return answer


def is_recorded(
    ledger: Ledger, view: View, text: str, *, at: str | None = None, as_of: str | None = None
) -> bool:
    """Tell whether there is anything to trace of an object, which takes less than to trace it.

    Args:
        ledger: see `trace_lot`, also for the others.
        view: what may be seen.
        text: any spelling of its identifier.
        at: event time; it must be a timestamp.
        as_of: ledger time.

    Raises:
        QueryError: `at` or `as_of` is no timestamp.
    """
    if at is not None:
        _instant(at, parameter="at")
    with evidence_through(ledger, view, as_of) as (cursor, seen, evidence):
        return Chain(evidence, ledger.names(cursor, seen)).is_known(subject_of(text))


def trace_and_balances(
    ledger: Ledger,
    view: View,
    text: str,
    *,
    direction: Direction = "both",
    at: str | None = None,
    as_of: str | None = None,
    now: int | None = None,
    max_objects: int = 10_000,
) -> tuple[Trace, tuple[Balance, ...]]:
    """Trace an object, and balance it too, for what the facts of one say is said of the other.

    Args:
        ledger: see `trace_lot`, also for the others.
        view: what may be seen.
        text: any spelling of its identifier.
        direction: which way to walk.
        at: event time.
        as_of: ledger time.
        now: the clock.
        max_objects: how many objects the answer may hold.

    Returns:
        The trace, and the balances of a lot, or of the lots of an item, that have rows.

    Raises:
        QueryError: `at` or `as_of` is no timestamp.
    """
    answer, balances = _traced(
        ledger,
        view,
        text,
        direction=direction,
        at=at,
        as_of=as_of,
        now=now,
        most=max_objects,
        with_balances=True,
    )
    return answer, balances


def _traced(
    ledger: Ledger,
    view: View,
    text: str,
    *,
    direction: Direction,
    at: str | None,
    as_of: str | None,
    now: int | None,
    most: int,
    with_balances: bool = False,
) -> tuple[Trace, tuple[Balance, ...]]:
    subject = subject_of(text)
    moment = None if at is None else _instant(at, parameter="at")
    with evidence_through(ledger, view, as_of) as (cursor, seen, evidence):
        chain = Chain(evidence, ledger.names(cursor, seen))
        answer = trace_in(
            chain,
            subject,
            direction=direction,
            at=moment,
            as_of=_shown(as_of, now),
            max_objects=most,
        )
        if not answer.objects:
            found = tuple(near(cursor, seen, subject))
            return answer.model_copy(update={"near": found}), ()
        asked = balanced(answer) if with_balances else ()
        balances = [one for one in (balance_in(chain, lot) for lot in asked) if one.rows]
        answer = _with_erased(cursor, seen, answer)
        if view.viewer is None:
            return answer, tuple(balances)
        reader = reader_of(cursor, seen)
        return trace_for(reader, answer), tuple(balance_for(reader, one) for one in balances)


def recall_lots(
    ledger: Ledger,
    view: View,
    texts: Sequence[str],
    *,
    as_of: str | None = None,
    now: int | None = None,
    max_objects: int = 10_000,
) -> Recall:
    """Work out what came of suspect objects, where it is and whom to call.

    Args:
        ledger: where to look.
        view: what may be seen.
        texts: at least one, any spelling of an identifier.
        as_of: see `trace_lot`; so are `now` and `max_objects`.
        now: the clock.
        max_objects: how many objects the answer may hold.

    Returns:
        The answer; where nothing is known of any object it is empty, its trace with identifiers
        `near` the first.

    Raises:
        QueryError: `as_of` is no timestamp.
    """
    subjects = [subject_of(text) for text in texts]
    with evidence_through(ledger, view, as_of) as (cursor, seen, evidence):
        answer = recall(
            evidence,
            ledger.names(cursor, seen),
            subjects,
            as_of=_shown(as_of, now),
            max_objects=max_objects,
        )
        if answer.subjects:
            whole = _with_erased(cursor, seen, answer.trace)
            answer = answer.model_copy(update={"trace": whole})
            return answer if view.viewer is None else recall_for(reader_of(cursor, seen), answer)
        empty = answer.trace.model_copy(update={"near": tuple(near(cursor, seen, subjects[0]))})
        return answer.model_copy(update={"trace": empty})


def balance_of(
    ledger: Ledger,
    view: View,
    text: str,
    *,
    as_of: str | None = None,
    period: Period = ALWAYS,
) -> Balance:
    """Work out what came to each place of an object and what should be there.

    Args:
        ledger: where to look.
        view: what may be seen.
        text: any spelling of its identifier.
        as_of: see `trace_lot`.
        period: of which movements are told.

    Returns:
        The balance; where nothing is known of the object it has no rows, but identifiers `near` it.

    Raises:
        QueryError: `as_of` is no timestamp.
    """
    subject = subject_of(text)
    with evidence_through(ledger, view, as_of) as (cursor, seen, evidence):
        answer = balance(evidence, ledger.names(cursor, seen), subject, period)
        if answer.rows:
            return answer if view.viewer is None else balance_for(reader_of(cursor, seen), answer)
        return answer.model_copy(update={"near": tuple(near(cursor, seen, subject))})


def gaps_of(
    ledger: Ledger,
    view: View,
    text: str | None,
    *,
    as_of: str | None = None,
    max_objects: int = 10_000,
) -> tuple[Gap, ...] | None:
    """Return what the records do not show, or show to be impossible.

    Args:
        ledger: where to look.
        view: what may be seen.
        text: any spelling of an object's identifier; None for all that the ledger holds.
        as_of: see `trace_lot`.
        max_objects: how many objects may be looked at.

    Returns:
        The gaps of the trace, or of everything; None where nothing is known of the object.

    Raises:
        QueryError: `as_of` is no timestamp.
    """
    if text is not None:
        answer = trace_lot(ledger, view, text, as_of=as_of, max_objects=max_objects)
        return answer.gaps if answer.objects else None
    with evidence_through(ledger, view, as_of) as (cursor, seen, evidence):
        book = ledger.names(cursor, seen)
        gaps = (
            all_gaps(evidence, book, max_objects=max_objects)
            if view.viewer is None
            else all_gaps_for(reader_of(cursor, seen), evidence, book, max_objects=max_objects)
        )
        return (*gaps, *erased_gaps(cursor, seen, None))


def _with_erased(cursor: duckdb.DuckDBPyConnection, view: View, answer: Trace) -> Trace:
    """Return a trace that tells of which of its objects something was erased."""
    gaps = tuple(erased_gaps(cursor, view, {one.id for one in answer.objects}))
    return answer.model_copy(update={"gaps": (*answer.gaps, *gaps)}) if gaps else answer


def reader_of(cursor: duckdb.DuckDBPyConnection, view: View) -> Reader:
    """Return who reads through a view that is somebody's, for as long as the cursor is open."""
    viewer = literal(view.viewer or "")
    last = view.last(cursor)

    def is_own(party: str | None) -> bool:
        return party is not None and (party == view.viewer or belongs(party, view.owned))

    def sent(event_ids: Collection[str]) -> Collection[str]:
        rows = cursor.execute(
            f"SELECT e.event_id FROM event e WHERE e.event_id {among(event_ids)} "  # noqa: S608 - quoted
            f"AND e.sequence <= {last:d} AND (e.organisation = {viewer} "
            "OR e.sequence IN (SELECT r.event_sequence "
            f"FROM receipt r WHERE r.organisation = {viewer} AND r.sequence <= {last:d}))"
        ).fetchall()
        return [one for (one,) in rows]

    return Reader(is_own, sent)


@contextmanager
def evidence_through(
    ledger: Ledger, view: View, as_of: str | None = None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, View, Evidence]]:
    """Give a reader's cursor, the view as of a ledger time, and the evidence through it.

    Raises:
        QueryError: `as_of` is no timestamp.
    """
    with ledger.reading() as cursor, ledger.index() as index:
        if as_of is not None:
            view = as_known(cursor, view, as_of)
        plain = StoredEvidence(cursor, view)
        yield cursor, view, plain if index is None else IndexedEvidence(cursor, view, index)


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


def _instant(text: str, *, parameter: str) -> int:
    try:
        return microseconds(text)
    except ValueError as error:
        raise QueryError(str(error), parameter=parameter) from error


def as_known(cursor: duckdb.DuckDBPyConnection, view: View, time: str) -> View:
    """Narrow a view to what the ledger held at a record time, that instant included."""
    limit = _instant(time, parameter="as_of")
    row = cursor.execute(
        "SELECT coalesce(max(sequence), -1) FROM entry WHERE record_time <= make_timestamp(?)",
        [limit],
    ).fetchone()
    known = int(row[0]) if row is not None else -1
    if view.up_to_sequence is not None:
        known = min(known, view.up_to_sequence)
    return replace(view, up_to_sequence=known)
