"""Finding an object by whatever a person types: any spelling of a key, a bare lot, a name."""

import re
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import parse_identifier
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.result import ObjectKind
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import Names
from epcis_core.store.view import View

_FOLDED: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS: Final = re.compile(r"[\s\-_./]+")
_URI_PATH: Final = re.compile(r"^(?:https?://|urn:)", re.IGNORECASE)
_MIN_PART: Final = 3


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
    text = text.strip()
    if not text:
        return []
    with ledger.reading() as cursor:
        names = Names(cursor, view)
        found: dict[str, Hit] = {}
        for hit in (*_exact(cursor, view, names, text), *_by_number(cursor, view, names, text)):
            if hit.id not in found or found[hit.id].score < hit.score:
                found[hit.id] = hit
        for key, name in names.search(text) if len(text) >= _MIN_PART else ():
            for hit in _named(cursor, view, names, key, name):
                found.setdefault(hit.id, hit)
    ranked = sorted(found.values(), key=lambda hit: (-hit.score, hit.id))
    return ranked[:limit]


def near(cursor: duckdb.DuckDBPyConnection, view: View, text: str, limit: int = 5) -> list[str]:
    """Return known identifiers like one that is not known: other spelling of the lot, or product.

    Args:
        cursor: a reader's.
        view: what may be seen.
        text: a canonical identifier, or what a person typed.
        limit: how many at the most.
    """
    key = key_of(text)
    wanted = (key.lot or key.serial) if key is not None else _last_part(text)
    hits = _by_number(cursor, view, Names(cursor, view), wanted or text)
    found = {hit.id: None for hit in hits if hit.id != text}
    if key is not None and key.gtin is not None:
        found.update(dict.fromkeys(_like(cursor, view, f"https://id.gs1.org/01/{key.gtin}/%", limit)))
    return list(found)[:limit]


def _exact(
    cursor: duckdb.DuckDBPyConnection, view: View, names: Names, text: str
) -> list[Hit]:
    try:
        wanted = str(parse_identifier(text).digital_link())
    except IdentifierError:
        wanted = text
    known = _rows(cursor, view, "r.object = ?", wanted, 1)
    if known:
        return [Hit(wanted, kind_of(wanted), _title(names, wanted), "exact", 1.0)]
    below = _like(cursor, view, f"{wanted}/%", 20) if kind_of(wanted) == "class" else []
    return [Hit(one, kind_of(one), _title(names, one), "part", 0.8) for one in below]


def _by_number(
    cursor: duckdb.DuckDBPyConnection, view: View, names: Names, text: str
) -> list[Hit]:
    """Return objects whose lot or serial is the text: as typed, folded, or in part."""
    if _URI_PATH.match(text) or not text:
        return []
    hits = []
    folded = _fold(text)
    for one in _objects_with(cursor, view, text):
        key = key_of(one)
        numbers = [n for n in (key.lot, key.serial) if n] if key is not None else [_last_part(one)]
        if text in numbers:
            why, score = "lot", 0.95
        elif folded in [_fold(number) for number in numbers]:
            why, score = "near", 0.7
        else:
            why, score = "part", 0.4
        hits.append(Hit(one, kind_of(one), _title(names, one), why, score))
    return hits


def _objects_with(cursor: duckdb.DuckDBPyConnection, view: View, text: str) -> list[str]:
    folded = _fold(text)
    if len(folded) < _MIN_PART:
        return _rows(cursor, view, "r.object LIKE '%/' || ?", text, 50)
    return _rows(
        cursor,
        view,
        "contains(translate(upper(regexp_replace(regexp_extract(r.object, '[^/:]*$'), "
        "'[-_. ]', '', 'g')), 'OIL', '011'), ?)",
        folded,
        50,
    )


def _named(
    cursor: duckdb.DuckDBPyConnection, view: View, names: Names, key: str, name: str
) -> list[Hit]:
    kind = kind_of(key)
    if kind == "class":
        return [
            Hit(one, kind_of(one), _title(names, one), "name", 0.5)
            for one in _like(cursor, view, f"{key}/%", 20)
        ]
    kinds = {"https://id.gs1.org/417/": "party", "https://id.gs1.org/414/": "place"}
    label = next((word for prefix, word in kinds.items() if key.startswith(prefix)), kind)
    return [Hit(key, label, name, "name", 0.3)]


def _rows(
    cursor: duckdb.DuckDBPyConnection, view: View, condition: str, value: str, limit: int
) -> list[str]:
    rows = cursor.execute(
        f"SELECT DISTINCT r.object FROM reference r WHERE {view.condition('r')} "  # noqa: S608
        f"AND {condition} ORDER BY r.object LIMIT {limit:d}",
        [value],
    ).fetchall()
    return [row[0] for row in rows]


def _like(cursor: duckdb.DuckDBPyConnection, view: View, pattern: str, limit: int) -> list[str]:
    return _rows(cursor, view, "r.object LIKE ?", pattern, limit)


def _title(names: Names, one: str) -> str:
    key = key_of(one)
    if key is None:
        return one
    product = names.product(key.gtin).get("name") if key.gtin else None
    number = key.lot or key.serial
    parts = [str(product)] if product else []
    parts += [number] if number else [key.element_string()]
    return " · ".join(parts)


def _fold(text: str) -> str:
    return _SEPARATORS.sub("", text).upper().translate(_FOLDED)


def _last_part(text: str) -> str:
    return re.split(r"[/:]", text)[-1]
