"""Known identifiers like one that is not known: another spelling, or a slip of the keyboard."""

import re
from itertools import pairwise
from typing import Final

import duckdb

from epcis_core.provenance.kinds import key_of
from epcis_core.store.folding import LONGEST, fold_number
from epcis_core.store.literals import literal
from epcis_core.store.named import folded_numbers, may_match, objects_named
from epcis_core.store.names import PRODUCT
from epcis_core.store.typed import Typed
from epcis_core.store.view import View

_MIN_PART: Final = 3
_MOST_SLIPS: Final = 2


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
    typed = Typed.read(text)
    meant = (*typed.mended, text)[0]
    key = key_of(meant)
    number = (key.lot or key.serial) if key is not None else None
    wanted = fold_number(number or last_part(meant))
    product = f"{PRODUCT}{key.gtin}/" if key is not None and key.gtin else " "
    likely = [f"object = {literal(meant)}", f"starts_with(object, {literal(product)})"]
    if _MIN_PART < len(wanted) <= LONGEST:
        likely += [may_match(piece, is_whole=False) for piece in _pieces(wanted)]
    rows = cursor.execute(
        "SELECT object, CASE WHEN object = $text THEN NULL WHEN object = $meant THEN -2 "  # noqa: S608 - ours
        "WHEN length($wanted) > 3 AND contains(folded, $wanted) THEN -1 "
        "WHEN starts_with(object, $product) OR (length($wanted) > 3 "
        "AND abs(length(folded) - length($wanted)) <= $slips "
        "AND damerau_levenshtein(folded, $wanted) <= least($slips, length($wanted) // 4)) THEN 0 "
        "END AS way, CASE WHEN way <= 0 THEN damerau_levenshtein(folded, $wanted) "
        "+ 2 * (NOT starts_with(object, $product))::INTEGER END "
        f"AS slips FROM ({folded_numbers(objects_named(view, ' OR '.join(likely)))}) "
        "ORDER BY way NULLS LAST, slips, object LIMIT $limit",
        {
            "text": text,
            "meant": meant,
            "wanted": wanted,
            "product": product,
            "slips": _MOST_SLIPS,
            "limit": limit,
        },
    ).fetchall()
    return [one for one, way, _ in rows if way is not None]


def _pieces(folded: str) -> list[str]:
    """Return the parts of a number of which slips of the keyboard leave one as it is.

    Only two swaps of neighbours, each just where two parts meet, would spare none.
    """
    borders = [at * len(folded) // (_MOST_SLIPS + 1) for at in range(_MOST_SLIPS + 2)]
    return [folded[start:end] for start, end in pairwise(borders)]


def last_part(text: str) -> str:
    """Return what stands behind the last slash or colon of an identifier."""
    return re.split(r"[/:]", text)[-1]
