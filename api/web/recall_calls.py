"""Whom a recall tells to call first, and what each of them has, sold, or cannot account for."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from api.web.bars import decimal
from api.web.contacts import Contact, contact_of
from api.web.goods import Pile, goods_of, sort_of
from api.web.naming import Namer
from epcis_core.provenance.recall_result import Recall

_Piles = dict[tuple[str, str | None], Pile]
"""By sort of goods and unit."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A party to call.

    Attributes:
        near: how far it is from the consumer, in words.
        has: what it has, cannot account for or sold, in words; what can still be stopped first.
        silent: somebody shipped to it, and it recorded no receipt.
    """

    contact: Contact
    near: str
    has: tuple[str, ...]
    silent: bool


def call_rows(recall: Recall, namer: Namer) -> tuple[CallRow, ...]:
    """Return whom to call, nearest to the consumer first."""
    held, missing, sold = _held(recall), _missing(recall), _sold(recall)
    silent = {one.to_party for one in recall.trace.handovers if one.confirmed == "sender"}
    return tuple(
        CallRow(
            contact_of(call.party, namer.book.party(call.party), namer),
            namer.texts("recall.at_the_end")
            if call.steps_from_consumer == 0
            else namer.texts.count("recall.before_the_end", call.steps_from_consumer),
            tuple(_has(held[call.party], missing[call.party], sold[call.party], namer))
            or (namer.texts("recall_has.nothing"),),
            call.party in silent,
        )
        for call in recall.call_list
    )


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


def _sold(recall: Recall) -> dict[str | None, _Piles]:
    """Return party to what it sold to consumers."""
    found: dict[str | None, _Piles] = defaultdict(dict)
    for sale in recall.trace.sales:
        uom = sale.quantity.uom if sale.quantity else None
        by_sort: dict[str, list[str]] = defaultdict(list)
        for one in sale.objects:
            by_sort[sort_of(one)].append(one)
        # One amount for goods of several sorts says nothing of each.
        known = sale.quantity if len(by_sort) == 1 else None
        for sort, objects in by_sort.items():
            pile = found[sale.from_party].setdefault((sort, uom), Pile(uom))
            pile.put(objects, known.value if known else None)
    return found


def _has(held: _Piles, missing: _Piles, sold: _Piles, namer: Namer) -> Iterator[str]:
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
    for pile in sold.values():
        yield _told("sold", pile, pile.total, namer)


def _told(key: str, pile: Pile, amount: str | None, namer: Namer) -> str:
    goods = goods_of(list(pile.objects), namer)
    if amount is None:
        return namer.texts(f"recall_has.{key}_some", goods=goods.label)
    shown = namer.texts.amount_or_count(amount, pile.uom)
    return namer.texts(f"recall_has.{key}", amount=shown, goods=goods.name)
