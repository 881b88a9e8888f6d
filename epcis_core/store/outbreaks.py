"""From the ledger: what several cases have in common, and what assumptions add to a recall."""

from collections.abc import Sequence

from epcis_core.provenance.incidents import CommonOrigin, Incident, common_origin
from epcis_core.provenance.what_if import Assumptions, what_if
from epcis_core.provenance.what_if_result import WhatIf
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import PRODUCT
from epcis_core.store.trace import evidence_through
from epcis_core.store.view import View


def origin_of_cases(
    ledger: Ledger,
    view: View,
    cases: Sequence[Incident],
    *,
    as_of: str | None = None,
    max_objects: int = 10_000,
) -> CommonOrigin:
    """Work out what several cases have in common upstream.

    Args:
        ledger: where to look.
        view: what may be seen.
        cases: goods, with when and where they made ill or were found bad.
        as_of: ledger time, a timestamp: what was known then; None for all that is known.
        max_objects: how many objects of one case's origin are looked at.

    Raises:
        QueryError: `as_of` is no timestamp.
    """
    with evidence_through(ledger, view, as_of) as (cursor, seen, evidence):
        return common_origin(evidence, ledger.names(cursor, seen), cases, max_objects=max_objects)


def suppose(
    ledger: Ledger,
    view: View,
    subjects: Sequence[str],
    assumptions: Assumptions,
    *,
    as_of: str | None = None,
    max_objects: int = 10_000,
) -> WhatIf:
    """Work out what would be affected beyond a recall if assumptions held.

    Args:
        ledger: where to look.
        view: what may be seen.
        subjects: canonical identifiers.
        assumptions: what is assumed.
        as_of: see `origin_of_cases`.
        max_objects: how many objects may be affected.

    Raises:
        QueryError: `as_of` is no timestamp.
    """
    with evidence_through(ledger, view, as_of) as (cursor, seen, evidence):
        names = ledger.names(cursor, seen)
        return what_if(evidence, names, subjects, assumptions, max_objects=max_objects)


def lots_of_late(ledger: Ledger, view: View, most: int) -> list[str]:
    """Return lots that were shipped, those first of which a record came last.

    Args:
        ledger: where to look.
        view: what may be seen.
        most: so many at most.
    """
    with ledger.reading() as cursor:
        rows = cursor.execute(
            "SELECT r.object FROM reference r JOIN event e ON e.sequence = r.sequence "  # noqa: S608 - numbers
            f"WHERE {view.condition('r')} AND r.object LIKE '{PRODUCT}%/10/%' "
            "AND r.object NOT LIKE '%/21/%' AND e.biz_step = 'shipping' AND e.retracts IS NULL "
            f"GROUP BY r.object ORDER BY max(r.sequence) DESC LIMIT {most:d}"
        ).fetchall()
    return [one for (one,) in rows]
