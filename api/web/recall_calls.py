"""Whom a recall tells to call first, and what each of them has, sold, or cannot account for."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from api.web.bars import decimal
from api.web.contacts import Contact, contact_of
from api.web.goods import Pile, goods_of, sort_of
from api.web.naming import Namer
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.recall_result import Recall

_Piles = dict[tuple[str, str | None], Pile]
"""By sort of goods and unit."""

_Parts = dict[tuple[bool, str | None], Pile]
"""Of one sort of goods, by whether it is known how much, and unit."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A party to call.

    Attributes:
        near: how far it is from the consumer, in words.
        has: what it has, cannot account for or sold, in words; what can still be stopped first.
        silent: somebody shipped to it, and it recorded no receipt.
        confirmed: when it last recorded a change of hands itself, UTC; None where it never did.
    """

    contact: Contact
    near: str
    has: tuple[str, ...]
    silent: bool
    confirmed: str | None


def call_rows(recall: Recall, namer: Namer) -> tuple[CallRow, ...]:
    """Return whom to call, nearest to the consumer first."""
    held, missing, sold = _held(recall), _missing(recall), _sold(recall)
    silent = {
        one.to_party
        for one in recall.trace.handovers
        if one.confirmed == "sender" and not one.unseen
    }
    confirmed = last_confirmed(recall)
    return tuple(
        CallRow(
            contact_of(call.party, namer.book.party(call.party), namer),
            namer.texts("recall.at_the_end")
            if call.steps_from_consumer == 0
            else namer.texts.count("recall.before_the_end", call.steps_from_consumer),
            tuple(_has(held[call.party], missing[call.party], sold[call.party], namer))
            or (namer.texts("recall_has.nothing"),),
            call.party in silent,
            confirmed.get(call.party),
        )
        for call in recall.call_list
    )


def last_confirmed(recall: Recall) -> dict[str, str]:
    """Return party to when it last recorded a change of hands itself."""
    found: dict[str, str] = {}
    for one in recall.trace.handovers:
        told = (
            (one.from_party, one.shipped, one.shipped_at),
            (
                one.to_party,
                one.received,
                one.received_at,
            ),
        )
        for party, event, time in told:
            if party is not None and event is not None and time is not None:
                found[party] = max(found.get(party, time), time)
    return found


def _held(recall: Recall) -> dict[str | None, _Piles]:
    """Return party to what should be there."""
    found: dict[str | None, _Piles] = defaultdict(dict)
    for one in recall.affected:
        for holding in one.holdings:
            amount = holding.quantity
            uom = amount.uom if amount else None
            pile = found[holding.party].setdefault((sort_of(one.object), uom), Pile(uom))
            pile.put([one.object], amount.value if amount else None)
    return found


def _missing(recall: Recall) -> dict[str | None, _Piles]:
    """Return party to what it got and does not account for."""
    found: dict[str | None, _Piles] = defaultdict(dict)
    for customer in recall.customers:
        for one in customer.objects:
            if one.unaccounted is None or (decimal(one.unaccounted) or 0) > 0:
                key = sort_of(one.object), one.uom
                pile = found[customer.party].setdefault(key, Pile(one.uom))
                pile.put([one.object], one.unaccounted)
    return found


def _sold(recall: Recall) -> dict[str | None, dict[str, _Parts]]:
    """Return party to what it sold to consumers, by sort of goods."""
    found: dict[str | None, dict[str, _Parts]] = defaultdict(lambda: defaultdict(dict))
    for sale in recall.sales:
        parts = found[sale.party][sort_of(sale.object)]
        amount = sale.quantity
        key = (amount is not None, amount.uom if amount else None)
        part = parts.setdefault(key, Pile(amount.uom if amount else None))
        if sale.object in part.objects and kind_of(sale.object) not in AMOUNTS:
            continue  # it came back and was sold again
        part.put([sale.object], amount.value if amount else None)
    return found


def _has(held: _Piles, missing: _Piles, sold: Mapping[str, _Parts], namer: Namer) -> Iterator[str]:
    for pile in held.values():
        yield _told("holds", pile, pile.total, namer)
    for key, pile in missing.items():
        here = held.get(key) or held.get((key[0], None))
        if here is None:
            yield _told("misses", pile, pile.total, namer)
            continue
        # What it holds is what it does not account for, as far as it goes.
        total, there = decimal(pile.total), decimal(here.total)
        if total is not None and there is not None and total > there:
            yield _told("misses", pile, str(total - there), namer)
    for parts in sold.values():
        yield _told_sold(parts.values(), namer)


def _told(key: str, pile: Pile, amount: str | None, namer: Namer) -> str:
    goods = goods_of(list(pile.objects), namer)
    if amount is None:
        return namer.texts(f"recall_has.{key}_some", goods=goods.label)
    shown = namer.texts.amount_or_count(amount, pile.uom)
    return namer.texts(f"recall_has.{key}", amount=shown, goods=goods.name)


def _told_sold(parts: Collection[Pile], namer: Namer) -> str:
    """Return what was sold of one sort, amounts of different units side by side."""
    goods = goods_of(list(dict.fromkeys(one for part in parts for one in part.objects)), namer)
    totals = [(total, part.uom) for part in parts if (total := part.total) is not None]
    if not totals:
        return namer.texts("recall_has.sold_some", goods=goods.label)
    told = [namer.texts.amount_or_count(total, uom) for total, uom in totals]
    if len(totals) < len(parts):
        told.append(namer.texts("balance.unknown"))
    return namer.texts("recall_has.sold", amount=" · ".join(told), goods=goods.name)
