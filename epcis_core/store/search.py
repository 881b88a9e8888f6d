"""Finding by whatever a person types: a key, a lot, a document's number, a name, a place.

The database is asked first which identifiers may be meant at all, by patterns that it runs through
millions of in a moment, and folds those alone.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

import duckdb

from epcis_core.provenance.book import Book
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.result import ObjectKind
from epcis_core.store.alike import last_part, near
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.folding import LONGEST, called_so, fold_number
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among, literal
from epcis_core.store.named import (
    documents_named,
    ends_named,
    folded_numbers,
    may_match,
    objects_named,
)
from epcis_core.store.names import PARTY, PLACE, PRODUCT, Names
from epcis_core.store.registry.directory import Directory
from epcis_core.store.registry.organisations import organisation_names
from epcis_core.store.typed import Typed
from epcis_core.store.view import View

Why = Literal["exact", "lot", "part", "near", "name"]
"""How a text led to something."""

_URI: Final = re.compile(r"^(?:https?://|urn:)", re.IGNORECASE)
_GLN: Final = re.compile(r"\d{7,13}", re.ASCII)
_GLN_DIGITS: Final = 13
_MIN_PART: Final = 3
_MAX_BELOW: Final = 20
_PRODUCT_SIZE: Final = len(PRODUCT) + 14


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that a search may have meant.

    Attributes:
        id: canonical identifier.
        kind: what it stands for: the kinds of objects, `party`, `place`, `product` (its lots are
            meant) or `document` (a business transaction).
        title: what people call it.
        why: how the text led to it.
        score: from 1 (certain) downwards.
    """

    id: str
    kind: ObjectKind | str
    title: str
    why: Why
    score: float

    def as_json(self) -> dict[str, Any]:
        """Return the hit in the shape of the JSON contract."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "why": self.why,
            "score": self.score,
        }


def search(
    ledger: Ledger, view: View, text: str, limit: int = 20, *, books: Bookkeeping | None = None
) -> list[Hit]:
    """Return what a text may mean, the likeliest first.

    Args:
        ledger: where to look.
        view: what may be seen.
        text: any spelling of a GS1 key, a product with a lot, a lot or serial number, the number of
            a document, part of one of these, or a name.
        limit: how many hits at the most.
        books: the registry beside the ledger, for the names of organisations: of all of them for
            whoever sees all, else of those that the visible events name.
    """
    typed = Typed.read(text)
    if not typed.text:
        return []
    with ledger.reading() as cursor:
        asked = _Search(cursor, view, typed, limit, books)
        found = [*asked.exact(), *asked.documents()]
        if len(typed.text) > LONGEST:
            return _best(found)[:limit]
        found += [*asked.by_number(), *asked.by_gln(), *asked.by_name()]
        hits = _best(found) or _best([*asked.mended()]) or _best([*asked.alike()])
    return sorted(hits, key=lambda hit: -hit.score)[:limit]


class _Search:
    """One search through one view."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        view: View,
        typed: Typed,
        limit: int,
        books: Bookkeeping | None,
    ) -> None:
        self._cursor = cursor
        self._view = view
        self._typed = typed
        self._most = max(limit, _MAX_BELOW)
        self._books = books
        self._names = Names(cursor, view)
        self._book: Book = (
            self._names if books is None else Directory(self._names, books, view.viewer)
        )
        self._keys = typed.keys or (typed.text,)

    def exact(self) -> Iterator[Hit]:
        """Yield the object that the text spells, and the lots and instances of a class."""
        yield from (self._hit(one, "exact", 1.0) for one in self._known(self._keys))
        yield from self._below([one for one in self._keys if kind_of(one) == "class"], "part", 0.8)

    def by_number(self) -> Iterator[Hit]:
        """Yield objects whose lot or serial is the text: as typed, folded, or in part."""
        if _URI.match(self._typed.text):
            return
        gtin, lot = self._typed.pair or ("", "")
        begin = literal(f"{PRODUCT}{gtin}/" if gtin else "")

        def source(condition: str) -> str:
            return objects_named(self._view, f"starts_with(object, {begin}) AND ({condition})")

        for one, why, score in self._numbered(source, (lot,) if lot else self._typed.numbers):
            yield self._hit(one, why, score)

    def documents(self) -> Iterator[Hit]:
        """Yield business transactions whose identifier or number is the text."""
        typed = self._typed
        spelled = f"object {among((*self._keys, typed.text))}"
        for one in self._rows(documents_named(self._view, spelled)):
            yield Hit(one, "document", last_part(one), "exact", 1.0)
        if _URI.match(typed.text) or len(typed.text) > LONGEST:
            return
        source = partial(documents_named, self._view)
        for one, why, score in self._numbered(source, typed.numbers):
            yield Hit(one, "document", last_part(one), why, score)

    def by_gln(self) -> Iterator[Hit]:
        """Yield parties and places whose GLN is the text, or begins so but for its last digit."""
        text = self._typed.number
        digits = "".join(text.split())
        if self._typed.pair is None and _GLN.fullmatch(digits):
            begin = digits[: _GLN_DIGITS - 1]
            named = self._rows(ends_named(self._view, f"contains(object, '/{begin}')"))
            for key in sorted({*self._names.numbered(begin), *named}):
                is_right = _gln_in(key) == digits
                is_part = len(digits) < _GLN_DIGITS - 1
                why: Why = "exact" if is_right else "part" if is_part else "near"
                yield self._end(key, why, 0.9 if is_right else 0.5 if is_part else 0.6)
        else:
            named = self._rows(ends_named(self._view, f"object {among((*self._keys, text))}"))
            yield from (self._end(key, "exact", 0.9) for key in named)

    def by_name(self) -> Iterator[Hit]:
        """Yield parties, places and products of that name, and the lots of these."""
        if len(self._typed.text) < _MIN_PART:
            return
        named = dict(self._names.search(self._typed.text)) | self._registered()
        classes = [key for key in named if kind_of(key) == "class"]
        for key in named:
            if key in classes:
                yield Hit(key, "product", named[key], "name", 0.45)
            else:
                yield self._end(key, "name", 0.5, named[key])
        yield from self._below(classes, "name", 0.4, within="/10/")

    def mended(self) -> Iterator[Hit]:
        """Yield what the text spells once its check digit is put right, and the lots of a class."""
        keys = self._typed.mended
        yield from (self._hit(one, "near", 0.6) for one in self._known(keys))
        yield from self._below([one for one in keys if kind_of(one) == "class"], "near", 0.5)

    def alike(self) -> Iterator[Hit]:
        """Yield what the text may be a misspelling of."""
        for one in near(self._cursor, self._view, self._keys[0]):
            yield self._hit(one, "near", 0.2)

    def _registered(self) -> dict[str, str]:
        """Return organisations of the registry by name, of those that the viewer may know."""
        if self._books is None:
            return {}
        words = self._typed.text
        names = organisation_names(self._books)
        if self._view.viewer is not None:
            seen = self._rows(ends_named(self._view, "true"))
            names = {key: str(self._book.party(key).get("name", "")) for key in seen}
        return dict(called_so(words, ((key, name, name) for key, name in names.items())))

    def _known(self, keys: Collection[str]) -> list[str]:
        return self._rows(objects_named(self._view, f"object {among(keys)}")) if keys else []

    def _below(
        self, classes: Collection[str], why: Why, score: float, *, within: str = "/"
    ) -> Iterator[Hit]:
        """Yield the lots and instances of products, or lots alone; what was seen last first."""
        if not classes:
            return
        size = f"{_PRODUCT_SIZE:d}"
        rest = f"starts_with(object[{size} + 1:], {literal(within)})"
        condition = f"object[:{size}] {among(classes)} AND {rest}"
        order = f"ORDER BY last DESC NULLS LAST, object LIMIT {self._most:d}"
        for one in self._rows(f"{objects_named(self._view, condition)} {order}"):
            yield self._hit(one, why, score)

    def _numbered(
        self, source: Callable[[str], str], numbers: Iterable[str]
    ) -> Iterator[tuple[str, Why, float]]:
        """Yield identifiers whose last part is a number, with why and how surely it is meant."""
        for number in numbers:
            yield from self._with_number(source, number)

    def _with_number(
        self, source: Callable[[str], str], number: str
    ) -> Iterator[tuple[str, Why, float]]:
        wanted = fold_number(number)
        is_whole = len(wanted) < _MIN_PART
        part = "NULL" if is_whole else "CASE WHEN contains(folded, $wanted) THEN 2 END"
        rows = self._cursor.execute(
            "SELECT object, length(folded), CASE WHEN number = $number THEN 0 "  # noqa: S608 - ours
            f"WHEN folded = $wanted THEN 1 ELSE {part} END AS way "
            f"FROM ({folded_numbers(source(may_match(wanted, is_whole=is_whole)))}) "
            "ORDER BY way NULLS LAST, length(folded), last DESC NULLS LAST, object "
            f"LIMIT {self._most:d}",
            {"number": number, "wanted": wanted},
        ).fetchall()
        scores: dict[int, tuple[Why, float]] = {0: ("lot", 0.95), 1: ("near", 0.7)}
        for one, size, way in rows:
            if way is not None:
                yield one, *scores.get(way, ("part", round(0.3 + 0.3 * len(wanted) / size, 2)))

    def _rows(self, query: str) -> list[str]:
        return [row[0] for row in self._cursor.execute(query).fetchall()]

    def _hit(self, one: str, why: Why, score: float) -> Hit:
        return Hit(one, kind_of(one), _title(self._names, one), why, score)

    def _end(self, key: str, why: Why, score: float, name: str | None = None) -> Hit:
        """Return a party or place as a hit."""
        kind = "place" if key.startswith(PLACE) else "party"
        known = (self._book.place if kind == "place" else self._book.party)(key)
        return Hit(key, kind, name or str(known.get("name", _gln_in(key) or key)), why, score)


def _best(hits: list[Hit]) -> list[Hit]:
    """Return each thing once, by the surest way that led to it."""
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.id not in best or best[hit.id].score < hit.score:
            best[hit.id] = hit
    return [*best.values()]


def _title(names: Names, one: str) -> str:
    key = key_of(one)
    if key is None:
        return one
    product = names.product(key.gtin).get("name") if key.gtin else None
    number = key.lot or key.serial
    parts = [str(product)] if product else []
    parts += [number] if number else [key.element_string()]
    return " · ".join(parts)


def _gln_in(key: str) -> str:
    """Return the GLN of a party or place; empty where it has none."""
    for begin in (PARTY, PLACE):
        if key.startswith(begin):
            return key.removeprefix(begin).partition("/")[0]
    return ""
