"""What master data say, in SQL: the hierarchy, and which elements pass a test.

`epcis_core.query.master_data` says in plain words, and in memory, what is meant. Where a function
returns SQL, it is the text of a SELECT for use as a subquery, with the values in it quoted.
"""

from collections import defaultdict
from collections.abc import Iterable

import duckdb

from epcis_core.model.master_data import BLANKS
from epcis_core.query.fields import AttributeTest
from epcis_core.query.master_data import reached
from epcis_core.store.literals import among, literal
from epcis_core.store.view import View

_PARTY = "https://id.gs1.org/417/"
_PLACE = "https://id.gs1.org/414/"
_COMPARED = f"trim(value, {literal(BLANKS)})"


def visible(view: View, alias: str) -> str:
    """Return the condition on versions: seen through a view, and not erased."""
    return f"{view.condition(alias)} AND {alias}.body IS NOT NULL"


def keys_below(
    cursor: duckdb.DuckDBPyConnection, view: View, keys: Iterable[str]
) -> frozenset[str]:
    """Return the keys, and those of all that lies below them at any depth.

    The way down is not SQL: DuckDB would look at every edge again on each level, and somebody's
    chain of ten thousand places would hold up all others.
    """
    rows = cursor.execute(
        "SELECT v.canonical, v.children FROM vocabulary_element v "  # noqa: S608 - the condition is ours
        f"WHERE {visible(view, 'v')} AND len(v.children) > 0 "
        "QUALIFY v.sequence = max(v.sequence) OVER "
        "(PARTITION BY v.organisation, v.vocabulary, v.canonical)"
    ).fetchall()
    children: dict[str, list[str]] = defaultdict(list)
    for parent, below in rows:
        children[parent] += below
    return reached(children, keys)


def passing(view: View, test: AttributeTest) -> str:
    """Return the SQL for the elements that say what a test asks for.

    Columns: `vocabulary`, `key`.
    """
    said = "true" if test.values is None else f"{_COMPARED} {among(test.values)}"
    return (
        "SELECT vocabulary, canonical AS key FROM ("  # noqa: S608 - quoted
        "SELECT v.vocabulary, v.canonical, a.value, a.is_null "
        "FROM element_attribute a JOIN vocabulary_element v USING (sequence) "
        f"WHERE a.name {among(test.names)} AND {visible(view, 'v')} "
        "QUALIFY v.sequence = max(v.sequence) OVER "
        "(PARTITION BY v.organisation, v.vocabulary, v.canonical, a.name)) "
        f"WHERE NOT is_null AND {said}"
    )


def keys_described(view: View, test: AttributeTest) -> str:
    """Return the SQL for the values of events' fields that a test holds of.

    Columns: `key`.
    """
    elements = passing(view, test)
    # A party is described as a place too.
    return (
        f"WITH found AS ({elements}) SELECT key FROM found UNION ALL "  # noqa: S608 - quoted
        f"SELECT {literal(_PARTY)} || substr(key, {len(_PLACE) + 1:d}) FROM found "
        f"WHERE starts_with(key, {literal(_PLACE)})"
    )
