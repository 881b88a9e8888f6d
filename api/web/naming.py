"""What people call the things that identifiers stand for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode

from api.web.texts import Texts
from epcis_core.access.visibility import PARTY
from epcis_core.identifiers import Identifier
from epcis_core.provenance.facts import Named
from epcis_core.provenance.kinds import key_of
from ingest.sheets.cells import lot_of, product_of
from ingest.sheets.goods import Product as Goods
from ingest.sheets.goods import class_of

# Marks that turn the direction of the text behind them, so that a name could garble a lot number.
_TURNING: Final = {
    ord(mark): None for mark in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
}
_UNITS: Final = frozenset({"sscc", "grai", "giai"})
_LISTED: Final = 3


class Book(Protocol):
    """Where names come from: `epcis_core.store.names.Names`."""

    def party(self, key: str) -> Mapping[str, Any]:
        """Return attributes of a party."""

    def place(self, key: str) -> Mapping[str, Any]:
        """Return attributes of a place."""

    def product(self, gtin: str) -> Mapping[str, Any]:
        """Return attributes of a product."""

    def owners(self) -> Mapping[str, str]:
        """Return place to the party that master data names for it."""


@dataclass(frozen=True, slots=True)
class Namer:
    """Names from a book, in one language.

    Attributes:
        book: master data.
        texts: the language.
    """

    book: Book
    texts: Texts

    def party(self, key: str | None) -> str:
        """Return a party's name, or its number where it has none."""
        if key is None:
            return self.texts("trace.unknown_party")
        return _named(self.book.party(key)) or _number(key)

    def crowd(self, parties: Sequence[str | None]) -> str:
        """Return the name of one party, or of the first of many and how many others there are."""
        first, *others = parties
        name = self.party(first)
        return self.texts.count("chain.crowd", len(others), name=name) if others else name

    def parties(self, keys: Iterable[str | None]) -> str:
        """Return parties as part of a sentence, each once: the first few and how many others."""
        names = list(dict.fromkeys(map(self.party, keys)))
        if len(names) <= _LISTED:
            return self.joined(names)
        more = self.texts.count("chain.more_parties", len(names) - _LISTED)
        return f"{', '.join(names[:_LISTED])} {more}"

    def numbered_party(self, key: str) -> str:
        """Return a party's name with its GLN, or that alone where it has none."""
        name, number = _named(self.book.party(key)), key.removeprefix(PARTY)
        number = key if number == key else f"GLN {number}"
        return number if name is None else f"{name} ({number})"

    def place(self, key: str | None) -> str:
        """Return a place's name, or its number where it has none."""
        if key is None:
            return self.texts("trace.unknown_place")
        return _named(self.book.place(key)) or _number(key)

    def product(self, gtin: str) -> str | None:
        """Return a product's name, or None."""
        return _named(self.book.product(gtin))

    def thing(self, key: str) -> str:
        """Return what to call an object: product and lot, or what kind of unit and its number.

        Args:
            key: canonical identifier, or any other URI.
        """
        parsed = key_of(key)
        if parsed is None:
            return self._own_goods(key) or key
        return self._by_scheme(parsed) or _number(key)

    def _own_goods(self, key: str) -> str | None:
        """Return what to call goods without GTIN, by the code that somebody gave them."""
        code, lot = product_of(key), lot_of(key)
        if code is None or ":" not in code:
            return None
        gln, _, own = code.partition(":")
        name = self.product(class_of(Goods(gln=gln, code=own), None)) or own
        return self.texts("thing.lot", name=name, lot=lot) if lot else name

    def _by_scheme(self, parsed: Identifier) -> str | None:
        kind = parsed.scheme.partition("_")[0]
        if kind in _UNITS:
            return self.texts(f"thing.{kind}", key=parsed.serial or parsed.ais[0][1])
        if parsed.gtin is None:
            return None
        name = self.product(parsed.gtin) or f"GTIN {parsed.gtin}"
        if parsed.serial is not None:
            return self.texts("thing.serial", name=name, serial=parsed.serial)
        if parsed.lot is not None:
            return self.texts("thing.lot", name=name, lot=parsed.lot)
        return self.texts("thing.class", name=name)

    def measured(self, named: Named) -> str:
        """Return an object with its amount, as an event names it."""
        name = self.thing(named.object)
        if named.quantity is None:
            return name
        amount = self.texts.amount(named.quantity, named.uom)
        return self.texts("thing.amount" if named.uom else "thing.count", amount=amount, name=name)

    def listed(self, named: Sequence[Named]) -> str:
        """Return objects as part of a sentence; many of one sort are counted, not listed."""
        if not named:
            return self.texts("event.nothing")
        return self.joined(list(self._counted(named)))

    def things(self, keys: Sequence[str]) -> str:
        """Return objects as part of a sentence, without amounts."""
        return self.joined([self.thing(key) for key in keys])

    def joined(self, parts: Sequence[str]) -> str:
        """Return names as part of a sentence, the first few and the number of the others."""
        if len(parts) > _LISTED:
            more = self.texts.number(len(parts) - _LISTED)
            return self.texts("event.more", list=", ".join(parts[:_LISTED]), number=more)
        return self.texts("event.and").join(filter(None, [", ".join(parts[:-1]), parts[-1]]))

    def alike(self, keys: Sequence[str]) -> str:
        """Return objects as part of a sentence; of many of one sort their number and the sort."""
        by_sort: dict[str, list[str]] = {}
        for key in keys:
            by_sort.setdefault(self._sort_of(key) or key, []).append(key)
        parts: list[str] = []
        for sort, its in by_sort.items():
            if len(its) > 1:
                parts.append(
                    self.texts("thing.many", number=self.texts.number(len(its)), name=sort)
                )
            else:
                parts.append(self.thing(its[0]))
        return self.joined(parts)

    def _counted(self, named: Sequence[Named]) -> Iterable[str]:
        sorts = Counter(self._sort(one) for one in named)
        told = set()
        for one in named:
            sort = self._sort(one)
            if sort is None or sorts[sort] <= _LISTED:
                yield self.measured(one)
            elif sort not in told:
                told.add(sort)
                yield self.texts("thing.many", number=self.texts.number(sorts[sort]), name=sort)

    def _sort(self, named: Named) -> str | None:
        """Return what several instances have in common: their product, or the kind of unit."""
        parsed = key_of(named.object)
        if parsed is None or named.quantity is not None:
            return None
        if parsed.gtin is not None:
            return self.product(parsed.gtin) or f"GTIN {parsed.gtin}"
        return self._unit_of(parsed)

    def _sort_of(self, key: str) -> str | None:
        """Return what single items of a product, or units of a kind, have in common."""
        parsed = key_of(key)
        if parsed is None:
            return None
        if parsed.gtin is not None:
            is_item = parsed.serial is not None
            return (self.product(parsed.gtin) or f"GTIN {parsed.gtin}") if is_item else None
        return self._unit_of(parsed)

    def _unit_of(self, parsed: Identifier) -> str | None:
        kind = parsed.scheme.partition("_")[0]
        return self.texts(f"thing.{kind}", key="").strip() if kind in _UNITS else None


def _named(attributes: Mapping[str, Any]) -> str | None:
    name = attributes.get("name")
    return str(name).translate(_TURNING) if name not in (None, "") else None


def _number(key: str) -> str:
    """Return a key as printed under a barcode, `(414)8936099140018`; another URI as it is."""
    parsed = key_of(key)
    return key if parsed is None else parsed.element_string()


def trace_link(key: str, **more: str | None) -> str:
    """Return the address of an object's trace."""
    return "/trace?" + urlencode({"id": key, **{k: v for k, v in more.items() if v}})


def balance_link(key: str, **more: str | None) -> str:
    """Return the address of an object's balance."""
    return "/balance?" + urlencode({"id": key, **{k: v for k, v in more.items() if v}})


def party_link(party: str, **more: str | None) -> str:
    """Return the address of a party's page."""
    asked = urlencode({k: v for k, v in more.items() if v})
    return f"/parties/{quote(party, safe='')}" + (f"?{asked}" if asked else "")


def trace_list_link(key: str, of: str, **more: str | None) -> str:
    """Return the address of a list behind an object's trace."""
    return "/trace/list?" + urlencode({"id": key, "of": of, **{k: v for k, v in more.items() if v}})


def gaps_link(key: str, **more: str | None) -> str:
    """Return the address of all gaps of an object's trace."""
    return "/gaps?" + urlencode({"id": key, **{k: v for k, v in more.items() if v}})


def recall_link(keys: Iterable[str], **more: str | None) -> str:
    """Return the address of the recall of objects."""
    return _of_recall("/recall", keys, more)


def document_link(name: str, keys: Iterable[str], **more: str | None) -> str:
    """Return the address of a document of the recall of objects, such as `notice`."""
    return _of_recall(f"/recall/{name}", keys, more)


def _of_recall(path: str, keys: Iterable[str], more: Mapping[str, str | None]) -> str:
    asked = [("id", key) for key in keys]
    return f"{path}?" + urlencode([*asked, *((k, v) for k, v in more.items() if v)])


def case_link(number: str) -> str:
    """Return the address of an inspector's case."""
    return f"/cases/{quote(number, safe='')}"


def event_link(event_id: str) -> str:
    """Return the address of an event's page."""
    return "/event?" + urlencode({"id": event_id})


def photo_link(event_id: str) -> str:
    """Return the address of the photograph that an event names."""
    return "/event/photo?" + urlencode({"id": event_id})
