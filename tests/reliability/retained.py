"""Ledgers whose time is over: what is taken, decided and erased, and what is left."""

from typing import Any

from epcis_core.model.times import microseconds
from epcis_core.rules.retention import RetentionRule, all_rules
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import log_signer
from epcis_core.store.decisions import Decision, Hold, decide, holds
from epcis_core.store.erasure import apply_retention
from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.retention import plan_retention
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import NOW, captured, document, lot, observed

LATER = microseconds("2031-04-01T00:00:00Z")
"""Sixty months after the events of small documents, and after their capture."""


def at(time: str, **members: Any) -> dict[str, Any]:
    return {"eventTime": f"{time}T08:00:00+07:00", **members}


def apply(
    ledger: Ledger, now: int = LATER, rules: tuple[RetentionRule, ...] | None = None, most: int = 50
) -> list[tuple[Decision, int]]:
    with Bookkeeping(ledger.path) as books:
        return list(
            apply_retention(
                ledger,
                log_signer(books),
                rules or all_rules(),
                by="Data officer",
                reason="yearly review",
                now=now,
                most=most,
            )
        )


def hold(ledger: Ledger, **what: str) -> int:
    return decided(ledger, "hold", what)


def decided(ledger: Ledger, kind: Any, what: dict[str, Any]) -> int:
    with Bookkeeping(ledger.path) as books, ledger.writing() as cursor:
        signer = log_signer(books)
        made = decide(cursor, signer, kind, what, by="court", reason="case 7", now=NOW)
    return made.sequence


def in_force(ledger: Ledger) -> list[Hold]:
    with Bookkeeping(ledger.path) as books:
        return holds(ledger, EVERYTHING, [log_signer(books).key])


def begun(number: str, **members: Any) -> dict[str, Any]:
    """An event in which a lot comes into being."""
    event = observed(eventID=f"urn:x:{number}", action="ADD", **members)
    del event["epcList"]
    return {**event, "quantityList": [{"epcClass": lot(number)}]}


def take(
    ledger: Ledger, *events: dict[str, Any], now: int = NOW, organisation: str = "farm"
) -> None:
    report = captured(ledger, document(*events), now=now, organisation=organisation)
    assert report.status == "accepted", [f.message for e in report.events for f in e.findings]


def ids(ledger: Ledger) -> list[str]:
    return [one.event_id for one in all_events(ledger, EVERYTHING)]


def going(ledger: Ledger, now: int = LATER) -> list[int]:
    return [one.sequence for one in plan_retention(ledger, EVERYTHING, all_rules(), now).going]
