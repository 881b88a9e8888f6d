"""The tables of a recall as they are printed: lots, affected goods, customers, whom to call."""

from collections.abc import Iterator, Sequence
from datetime import date

from api.notices.typeset import MOST_ROWS, Block, Column
from api.web import times
from api.web.goods import Goods
from api.web.naming import Namer
from api.web.recall_calls import call_rows
from api.web.recall_page import delivered_rows, state_groups
from api.web.texts import Texts
from epcis_core.provenance.kinds import key_of
from epcis_core.provenance.recall_result import Recall

_LISTED = 30
"""Numbers of items that a row lists."""


def lots_block(recall: Recall, namer: Namer) -> Block:
    """Return the suspects: product, lot, GTIN, and until when to use them."""
    t = namer.texts
    expiries = {one.id: one.expiry for one in recall.trace.objects}
    rows = [_lot(one, expiries.get(one), namer) for one in recall.subjects]
    columns = (
        Column(t("notice.product"), 3),
        Column(t("notice.lot"), 2),
        Column(t("notice.gtin"), 2),
        Column(t("notice.expiry"), 1.2),
    )
    return table(t("notice.lots"), columns, rows, t)


def affected_block(recall: Recall, namer: Namer, heading: str) -> Block:
    """Return what is affected: goods, in which state, and how much."""
    t = namer.texts
    rows = [
        (_listed(row.goods), t(f"recall_state.{group.status}"), row.amount)
        for group in state_groups(recall, namer)
        for row in group.rows
    ]
    columns = (
        Column(t("notice.thing"), 4),
        Column(t("notice.state"), 1.5),
        Column(t("notice.amount"), 1.3, right=True),
    )
    known = recall.trace.as_of
    note = ""
    if known:
        time = times.date_and_time(times.here(known), t.language)
        note = t("notice.affected_note", time=time)
    if recall.trace.truncated:
        note = " ".join(filter(None, (t("notice.truncated"), note)))
    return table(heading, columns, rows, t, note)


def customers_block(recall: Recall, namer: Namer) -> Block:
    """Return who got how much, what came back, what is there still, and what is to be found."""
    t = namer.texts
    rows = [
        (
            namer.party(row.party) if row.party else t("trace.consumers"),
            row.goods.label,
            row.shipped,
            row.returned,
            row.on_hand,
            row.unaccounted,
        )
        for row in delivered_rows(recall, namer)
    ]
    columns = (
        Column(t("notice.customer"), 2.5),
        Column(t("notice.thing"), 3),
        *(
            Column(t(f"notice.{name}"), 1.3, right=True)
            for name in ("shipped", "returned", "on_hand", "unaccounted")
        ),
    )
    return table(t("notice.customers"), columns, rows, t)


def calls_block(recall: Recall, namer: Namer) -> Block:
    """Return whom to call, under which number, and what is there."""
    t = namer.texts
    rows = [
        (
            "\n".join(filter(None, (call.contact.name, call.contact.address))),
            call.contact.phone or t("trace.no_phone"),
            "\n".join(call.has[:10]),
        )
        for call in call_rows(recall, namer)
    ]
    columns = (
        Column(t("notice.party"), 2.2),
        Column(t("notice.phone"), 1.3),
        Column(t("notice.has"), 3),
    )
    return table(t("notice.calls"), columns, rows, t)


def table(
    heading: str,
    columns: Sequence[Column],
    rows: Sequence[tuple[str, ...]],
    t: Texts,
    note: str = "",
) -> Block:
    """Return a table with the first of its rows, and how many more there are."""
    left = len(rows) - MOST_ROWS
    more = t.count("notice.more", left) if left > 0 else ""
    told = " ".join(filter(None, (more, note)))
    return Block(heading, (), tuple(columns), tuple(rows[:MOST_ROWS]), told)


def day_of(stated: str | None, t: Texts) -> str:
    """Return a day as the language writes it; what is no day as it is stated."""
    try:
        return times.calendar_day(date.fromisoformat((stated or "")[:10]), t.language)
    except ValueError:
        return stated or ""


def _lot(one: str, expiry: str | None, namer: Namer) -> tuple[str, ...]:
    key = key_of(one)
    gtin = key.gtin if key is not None else None
    if key is None or gtin is None:
        return namer.thing(one), "", "", day_of(expiry, namer.texts)
    number = key.serial or key.lot or ""
    return namer.product(gtin) or "", number, gtin, day_of(expiry, namer.texts)


def _listed(goods: Goods) -> str:
    return "\n".join(_label(goods))


def _label(goods: Goods) -> Iterator[str]:
    yield goods.label
    if goods.numbers:
        more = len(goods.numbers) - _LISTED
        yield ", ".join(goods.numbers[:_LISTED]) + (f" + {more}" if more > 0 else "")
