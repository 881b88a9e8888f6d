"""What the records show when a recall is opened: both directions, the share traced, how fast."""

from decimal import Decimal
from time import perf_counter
from typing import Any

from fastapi import Request

from api.access.asker import view_of
from api.web.bars import decimal
from epcis_core.provenance.balance_result import Balance
from epcis_core.provenance.recall_result import Recall
from epcis_core.store.trace import balance_of, recall_lots, trace_lot


def traced(request: Request, things: list[str]) -> tuple[Recall, dict[str, Any]]:
    """Return the recall of things, and how far and how fast they were traced, for its report."""
    ledger, view = request.app.state.ledger, view_of(request)
    begun = perf_counter()
    upstream = {
        one.id
        for thing in things
        for one in trace_lot(ledger, view, thing, direction="upstream").objects
        if one.role == "upstream"
    }
    back = perf_counter()
    recall = recall_lots(ledger, view, things)
    forward = perf_counter()
    balances = [balance_of(ledger, view, thing) for thing in things]
    balanced = perf_counter()
    coverage = recall.trace.coverage
    return recall, {
        "upstream": len(upstream),
        "upstream_seconds": round(back - begun, 3),
        "downstream": len(recall.affected),
        "downstream_seconds": round(forward - back, 3),
        "balance_seconds": round(balanced - forward, 3),
        "handovers": coverage.handovers,
        "confirmed": coverage.confirmed_by_both,
        "share": share_traced(balances),
    }


def share_traced(balances: list[Balance]) -> str | None:
    """Return how much of what was made is accounted for, in percent; None where nobody knows.

    What was handed on without anybody recording that it arrived is not.
    """
    rows = [row for one in balances for row in one.rows]
    if not rows or len({one.uom for one in balances}) > 1:
        return None
    made = [decimal(row.produced) for row in rows]
    lost = [decimal(row.unaccounted) for row in rows]
    if None in made or None in lost:
        return None
    total = sum((one for one in made if one), Decimal())
    if total <= 0:
        return None
    missing = min(sum((one for one in lost if one), Decimal()), total)
    return str(round(100 * (total - missing) / total, 1))
