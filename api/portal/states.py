"""How targets and deliveries stand, as JSON: what the page, its JSON and the command tell."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from api.portal.targets import Target
from epcis_core.findings import Language
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.portal.deliveries import Delivery, parked
from epcis_core.store.portal.exports import Export, count_unanswered, exports_of
from epcis_core.store.portal.progress import reached
from epcis_core.store.portal.standing import standing
from epcis_core.store.portal.turns import holding_up


def states(
    books: Bookkeeping, targets: Iterable[Target], now: int, language: Language, most: int
) -> list[dict[str, Any]]:
    """Return how each target stands.

    Args:
        books: where it stands.
        targets: to whom lots are carried.
        now: the clock, microseconds since 1970 UTC.
        language: of the targets' titles.
        most: parked deliveries, exports and lots that hold others up, of each at most.
    """
    return [_state(books, one, now, language, most) for one in targets]


def delivery_state(one: Delivery) -> dict[str, Any]:
    """Return how a delivery stands."""
    return {
        "number": one.number,
        "target": one.target,
        "lot": one.lot,
        "operation": one.operation,
        "status": one.status,
        "reason": one.reason,
        "attempts": one.attempts,
        "captured": utc_text(one.captured),
        "sent": _time(one.sent),
        "answered": _time(one.answered),
        "key": one.key,
    }


def _state(
    books: Bookkeeping, target: Target, now: int, language: Language, most: int
) -> dict[str, Any]:
    stood = standing(books, target.name, now, target.deadline, target.warning)
    pace = reached(books, target.name)
    return {
        "target": target.name,
        "title": target.called(language),
        "kind": target.kind,
        "lots": stood.lots,
        "changes": stood.changes,
        "counts": {str(status): number for status, number in stood.counts.items()},
        "soon": stood.soon,
        "late": stood.late,
        "deadline": None if stood.oldest is None else utc_text(stood.oldest + target.deadline),
        "failure": pace.failure,
        "resumes": utc_text(pace.resume) if pace.resume > now else None,
        "exports": _exports(books, target, most),
        "holding_up": _holding_up(books, target, most),
        "parked": [
            delivery_state(one) for one in parked(books, target.name, before=None, most=most)
        ],
    }


def export_state(one: Export, open_lots: int) -> dict[str, Any]:
    """Return how an export stands.

    Args:
        one: it.
        open_lots: how many deliveries in it were neither accepted nor rejected.
    """
    return {
        "target": one.target,
        "number": one.number,
        "made": utc_text(one.made),
        "by": one.made_by,
        "lots": one.lots,
        "sha256": one.digest,
        "unanswered": open_lots,
        "is_kept": one.is_kept,
    }


def _holding_up(books: Bookkeeping, target: Target, most: int) -> list[dict[str, Any]]:
    if not target.goes_in_turn:
        return []
    return [asdict(one) for one in holding_up(books, target.name, most=most)]


def _exports(books: Bookkeeping, target: Target, most: int) -> list[dict[str, Any]]:
    if target.kind != "file":
        return []
    left = count_unanswered(books, target.name)
    found = exports_of(books, target.name, most=most)
    return [export_state(one, left.get(one.number, 0)) for one in found]


def _time(moment: int | None) -> str | None:
    return None if moment is None else utc_text(moment)
