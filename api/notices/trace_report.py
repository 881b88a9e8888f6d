"""The trace report: of each lot what was made, sold, is in stock, where, and what was disposed of.

References:
    Circular 63/2026/TT-BCT: product, lot, reason; quantity produced, sold, in stock; location;
    disposal method and quantity
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.notices.notice import Issue, checkpoint_code
from api.notices.tables import affected_block, calls_block, customers_block, day_of, table
from api.notices.typeset import Block, Column, Document, Part
from api.web import times
from api.web.bars import added
from api.web.goods import in_words
from api.web.naming import Namer
from api.web.texts import Texts
from epcis_core.provenance.balance_result import Balance, BalanceRow
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.recall_result import Recall

AMOUNTS = ("produced", "received", "used", "shipped", "destroyed", "on_hand", "unaccounted")
"""What a balance says of a place, in the order in which it is told."""

DISPOSING = frozenset({"destroying"})


@dataclass(frozen=True, slots=True)
class Disposal:
    """What was disposed of in one event.

    Attributes:
        time: UTC.
        amount: digits of `uom`; None where the record does not say how much.
    """

    object: str
    time: str
    party: str | None
    place: str | None
    amount: str | None
    uom: str | None
    event: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a trace report tells.

    Attributes:
        recall: with at least one subject.
        balances: of each subject, in its order.
        disposals: of affected goods, by time.
        reason: of the recall; empty where nobody has said it.
    """

    recall: Recall
    balances: tuple[Balance, ...]
    disposals: tuple[Disposal, ...]
    reason: str = ""


def disposals_of(recall: Recall, facts: Mapping[str, EventFacts]) -> Iterator[Disposal]:
    """Yield what was disposed of among affected goods, by time.

    Args:
        recall: what is affected.
        facts: of the events that `disposing_events` names.
    """
    affected = {one.object for one in recall.affected}
    for visit in recall.trace.visits:
        known = facts.get(visit.event)
        if visit.biz_step not in DISPOSING or visit.object not in affected or known is None:
            continue
        named = next(iter(known.of(visit.object)), None)
        amount = None if named is None else named.quantity
        yield Disposal(
            visit.object,
            visit.time,
            visit.party,
            visit.place,
            amount,
            None if named is None else named.uom,
            visit.event,
        )


def disposing_events(recall: Recall) -> list[str]:
    """Return the events in which affected goods were disposed of."""
    found = (one.event for one in recall.trace.visits if one.biz_step in DISPOSING)
    return [*dict.fromkeys(found)]


def total_of(balance: Balance, column: str) -> str | None:
    """Return the sum of a column of a balance; None where a part of it is not known."""
    return added([getattr(row, column) for row in balance.rows])


def sold_of(recall: Recall, balance: Balance) -> str | None:
    """Return how much of a lot was sold to consumers, in the unit of its balance."""
    found = [one.quantity for one in recall.sales if one.object == balance.object]
    units = {amount.uom for amount in found if amount is not None}
    if any(amount is None for amount in found) or units - {balance.uom}:
        return None
    return added([amount.value for amount in found if amount is not None])


def trace_report(report: Report, namer: Namer, issue: Issue) -> Document:
    """Return the report as a document, in the language of the names."""
    t, recall = namer.texts, report.recall
    part = Part(
        t.language,
        t("trace_report.of_system"),
        tuple(_head(t, issue)),
        t("trace_report.title"),
        t("trace_report.subtitle", things=namer.things(recall.subjects)),
        (
            Block(t("trace_report.reason"), (report.reason or t("trace_report.no_reason"),)),
            _lots(report, namer),
            _places(report, namer),
            _disposals(report, namer),
            affected_block(recall, namer, t("trace_report.affected_sheet")),
            customers_block(recall, namer),
            calls_block(recall, namer),
            Block(t("trace_report.gaps"), (_coverage(recall, t),)),
        ),
        t("trace_report.sign"),
        (),
        checkpoint_code(t, issue.checkpoint),
    )
    return Document((part,), t("trace_report.footer"))


def _head(t: Texts, issue: Issue) -> Iterator[str]:
    yield t("notice.day", day=times.day(times.here_at(issue.now), t.language))
    if issue.case_number is not None:
        yield t("notice.case", number=issue.case_number)


def _lots(report: Report, namer: Namer) -> Block:
    t = namer.texts
    expiries = {one.id: one.expiry for one in report.recall.trace.objects}
    rows = []
    for one in report.balances:
        uom = one.uom
        told = {column: total_of(one, column) for column in ("produced", "used", "destroyed")}
        left, lost = total_of(one, "on_hand"), total_of(one, "unaccounted")
        amounts = (told["produced"], told["used"], sold_of(report.recall, one), left)
        rows.append(
            (
                "\n".join((namer.thing(one.object), _expiry(expiries.get(one.object), t))).strip(),
                *(in_words(each, uom, namer) for each in (*amounts, told["destroyed"], lost)),
            )
        )
    names = ("produced", "used", "sold", "on_hand", "destroyed", "unaccounted")
    columns = (
        Column(t("trace_report.lot"), 3),
        *(Column(t(f"trace_report.{name}"), 1.2, right=True) for name in names),
    )
    return table(t("trace_report.lots"), columns, rows, t)


def _expiry(stated: str | None, t: Texts) -> str:
    return t("trace_report.expiry", day=day_of(stated, t)) if stated else ""


def _places(report: Report, namer: Namer) -> Block:
    t = namer.texts
    rows = [
        (_where(row, namer), *(in_words(getattr(row, one), each.uom, namer) for one in AMOUNTS))
        for each in report.balances
        for row in each.rows
    ]
    columns = (
        Column(t("trace_report.place"), 2.4),
        *(Column(t(f"trace_report.{name}"), 1, right=True) for name in AMOUNTS),
    )
    return table(t("trace_report.places"), columns, rows, t)


def _where(row: BalanceRow, namer: Namer) -> str:
    names = [namer.party(row.party)]
    if row.place is not None and namer.place(row.place) != names[0]:
        names.append(namer.place(row.place))
    return "\n".join(names)


def _disposals(report: Report, namer: Namer) -> Block:
    t = namer.texts
    heading = t("trace_report.disposals")
    if not report.disposals:
        return Block(heading, (t("trace_report.no_disposals"),))
    rows = [
        (
            times.date_and_time(times.here(one.time), t.language),
            namer.thing(one.object),
            namer.party(one.party),
            "",
            in_words(one.amount, one.uom, namer),
        )
        for one in report.disposals
    ]
    columns = (
        Column(t("trace_report.time"), 1.4),
        Column(t("notice.thing"), 3),
        Column(t("trace_report.place"), 2.2),
        Column(t("trace_report.method"), 1.6),
        Column(t("notice.amount"), 1, right=True),
    )
    return table(heading, columns, rows, t, t("trace_report.method_note"))


def _coverage(recall: Recall, t: Texts) -> str:
    coverage = recall.trace.coverage
    told = t(
        "trace_report.coverage",
        both=t.number(coverage.confirmed_by_both),
        all=t.number(coverage.handovers),
    )
    return " ".join((told, t.count("trace_report.gap_count", len(recall.gaps))))
