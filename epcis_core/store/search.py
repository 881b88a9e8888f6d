"""Finding an object by whatever a person types: any spelling of a key, a bare lot, a name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import meant_by, parse_identifier
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.result import ObjectKind
from epcis_core.store.folding import SQL_FOLDED_NUMBER, as_typed, fold_number
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import PARTY, PLACE, PRODUCT, Names
from epcis_core.store.view import View

_URI: Final = re.compile(r"^(?:https?://|urn:)", re.IGNORECASE)
_GLN: Final = re.compile(r"\d{13}", re.ASCII)
_MIN_PART: Final = 3
_MAX_BELOW: Final = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One object that a search may have meant.

    Attributes:
        id: canonical identifier.
        kind: what it stands for; `party` or `place` beside the kinds of objects.
        title: what people call it.
        why: how the text led to it: `exact`, `lot`, `part`, `near` or `name`.
        score: from 1 (certain) downwards.
    """

    id: str
    kind: ObjectKind | str
    title: str
    why: str
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


def search(ledger: Ledger, view: View, text: str, limit: int = 20) -> list[Hit]:
    """Return what a text may mean, the likeliest first.

    Args:
        ledger: where to look.
        view: what may be seen.
        text: any spelling of a GS1 key, a lot or serial number, part of one, or a name.
        limit: how many hits at the most.
    """
    text = as_typed(text)
    if not text:
        return []
    with ledger.reading() as cursor:
        asked = _Search(cursor, view, text, limit)
        best: dict[str, Hit] = {}
        for hit in (*asked.exact(), *asked.by_number(), *asked.by_name()):
            if hit.id not in best or best[hit.id].score < hit.score:
                best[hit.id] = hit
        hits = list(best.values()) or list(asked.alike())
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:limit]


def near(cursor: duckdb.DuckDBPyConnection, view: View, text: str, limit: int = 5) -> list[str]:
    """Return known identifiers like one that is not known, the likeliest first.

    First comes what the text means once its check digit is put right. Then come objects whose lot
    or serial number differs in spelling alone, or by a slip of the keyboard; those of the same
    product before others; then other lots of the product.

    Args:
        cursor: a reader's.
        view: what may be seen.
        text: a canonical identifier, or what a person typed.
        limit: how many at the most.
    """
    meant = meant_by(text) or text
    key = key_of(meant)
    number = (key.lot or key.serial) if key is not None else None
    wanted = fold_number(number or _last_part(meant))
    product = f"{PRODUCT}{key.gtin}/" if key is not None and key.gtin else None
    rows = cursor.execute(
        f"SELECT object FROM ({_numbered(view)}) "  # noqa: S608 - conditions of ours
        "WHERE object <> $text AND (object = $meant OR starts_with(object, $product) "
        "OR (length($wanted) > 3 AND (contains(folded, $wanted) "
        "OR damerau_levenshtein(folded, $wanted) <= least(2, length($wanted) // 4)))) "
        "ORDER BY object = $meant DESC, contains(folded, $wanted) AND $wanted <> '' DESC, "
        "damerau_levenshtein(folded, $wanted) + 2 * (NOT starts_with(object, $product))::INTEGER, "
        "object LIMIT $limit",
        {
            "text": text,
            "meant": meant,
            "wanted": wanted,
            "product": product or " ",
            "limit": limit,
        },
    ).fetchall()
    return [row[0] for row in rows]


class _Search:
    """One search through one view."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, view: View, text: str, limit: int
    ) -> None:
        self._cursor = cursor
        self._view = view
        self._text = text
        self._limit = limit
        self._names = Names(cursor, view)
        try:
            self._key = str(parse_identifier(text).digital_link())
        except IdentifierError:
            self._key = self._text

    def exact(self) -> Iterator[Hit]:
        """Yield the object that the text spells, and the lots and instances of a class."""
        for one, _, _ in self._objects("object = $key", key=self._key):
            yield self._hit(one, "exact", 1.0)
        if kind_of(self._key) == "class":
            for one, _, _ in self._objects("starts_with(object, $key)", key=f"{self._key}/"):
                yield self._hit(one, "part", 0.8)
        if _GLN.fullmatch(self._text):
            for key, name in self._names.holding(self._text):
                yield _named(key, name, "exact", 0.9)

    def by_number(self) -> Iterator[Hit]:
        """Yield objects whose lot or serial is the text: as typed, folded, or in part."""
        if _URI.match(self._text):
            return
        wanted = fold_number(self._text)
        condition = "number = $text OR folded = $wanted"
        if len(wanted) >= _MIN_PART:
            condition += " OR contains(folded, $wanted)"
        order = "number = $text DESC, folded = $wanted DESC, length(folded)"
        for one, number, folded in self._objects(condition, order, text=self._text, wanted=wanted):
            if number == self._text:
                yield self._hit(one, "lot", 0.95)
            elif folded == wanted:
                yield self._hit(one, "near", 0.7)
            else:
                share = len(wanted) / len(folded)
                yield self._hit(one, "part", round(0.3 + 0.3 * share, 2))

    def by_name(self) -> Iterator[Hit]:
        """Yield parties and places of that name, and the lots of products of that name."""
        if len(self._text) < _MIN_PART:
            return
        for key, name in self._names.search(self._text):
            if kind_of(key) == "class":
                below = self._objects("starts_with(object, $key)", key=f"{key}/")
                yield from (self._hit(one, "name", 0.5) for one, _, _ in below)
            else:
                yield _named(key, name, "name", 0.3)

    def alike(self) -> Iterator[Hit]:
        """Yield what the text may be a misspelling of."""
        for one in near(self._cursor, self._view, self._key):
            yield self._hit(one, "near", 0.2)

    def _objects(
        self, condition: str, order: str = "true", **values: str
    ) -> list[tuple[str, str, str]]:
        """Return objects, with their number plain and folded, under a condition on these three."""
        most = max(self._limit, _MAX_BELOW)
        return self._cursor.execute(
            f"SELECT object, number, folded FROM ({_numbered(self._view)}) "  # noqa: S608 - conditions of ours
            f"WHERE {condition} ORDER BY {order}, object LIMIT {most:d}",
            values,
        ).fetchall()

    def _hit(self, one: str, why: str, score: float) -> Hit:
        return Hit(one, kind_of(one), _title(self._names, one), why, score)


def _numbered(view: View) -> str:
    """Return the SQL for every known object with its lot or serial number, plain and folded."""
    return (
        f"SELECT object, number, {SQL_FOLDED_NUMBER.format('number')} AS folded FROM ("  # noqa: S608 - ours
        "SELECT object, coalesce(try(url_decode(part)), part) AS number FROM ("
        "SELECT object, regexp_extract(object, '[^/:]*$') AS part FROM ("
        f"SELECT r.object FROM reference r WHERE {view.condition('r')} "
        f"UNION SELECT m.lot FROM membership m WHERE {view.condition('m')})))"
    )


def _named(key: str, name: str, why: str, score: float) -> Hit:
    kind = "party" if key.startswith(PARTY) else "place" if key.startswith(PLACE) else kind_of(key)
    return Hit(key, kind, name, why, score)


def _title(names: Names, one: str) -> str:
    key = key_of(one)
    if key is None:
        return one
    product = names.product(key.gtin).get("name") if key.gtin else None
    number = key.lot or key.serial
    parts = [str(product)] if product else []
    parts += [number] if number else [key.element_string()]
    return " · ".join(parts)


def _last_part(text: str) -> str:
    return re.split(r"[/:]", text)[-1]
