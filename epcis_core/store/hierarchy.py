"""What master data say, in SQL: the hierarchy, and which elements pass a test.

`epcis_core.query.master_data` says in plain words, and in memory, what is meant. Where a function
returns SQL, it is a SELECT for use as a subquery.
"""

from collections import defaultdict
from collections.abc import Iterable

import duckdb

from epcis_core.model.master_data import BLANKS
from epcis_core.query.fields import AttributeTest
from epcis_core.query.master_data import reached
from epcis_core.store.clauses import TRUE, Clause, one_of
from epcis_core.store.literals import literal
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


def passing(view: View, test: AttributeTest) -> Clause:
    """Return the SQL for the elements that say what a test asks for.

    Columns: `vocabulary`, `key`.
    """
    named = one_of("a.name", test.names)
    said = TRUE if test.values is None else one_of(_COMPARED, test.values)
    return Clause(
        "SELECT vocabulary, canonical AS key FROM ("  # noqa: S608 - text of ours
        "SELECT v.vocabulary, v.canonical, a.value, a.is_null "
        "FROM element_attribute a JOIN vocabulary_element v USING (sequence) "
        f"WHERE {named.text} AND {visible(view, 'v')} "
        "QUALIFY v.sequence = max(v.sequence) OVER "
        "(PARTITION BY v.organisation, v.vocabulary, v.canonical, a.name)) "
        f"WHERE NOT is_null AND {said.text}",
        (*named.values, *said.values),
    )


def keys_described(view: View, test: AttributeTest) -> Clause:
    """Return the SQL for the values of events' fields that a test holds of.

    Columns: `key`.
    """
    found = passing(view, test)
    # A party is described as a place too.
    return Clause(
        f"WITH found AS ({found.text}) SELECT key FROM found UNION ALL "  # noqa: S608 - text of ours
        "SELECT ? || substr(key, length(?) + 1) FROM found WHERE starts_with(key, ?)",
        (*found.values, _PARTY, _PLACE, _PLACE),
    )
