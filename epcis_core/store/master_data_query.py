"""A query for master data as SQL on the ledger's rows."""

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from epcis_core.codecs.json_scan import data_of
from epcis_core.model.master_data import Vocabulary, attribute_name
from epcis_core.model.namespaces import Namespaces
from epcis_core.query.master_data import Version, held
from epcis_core.query.master_data_query import MasterDataQuery
from epcis_core.store.clauses import Clause, all_of, one_of
from epcis_core.store.hierarchy import keys_below, passing, visible
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among
from epcis_core.store.reading import Reading
from epcis_core.store.view import View


def query_master_data(ledger: Ledger, view: View, query: MasterDataQuery) -> tuple[Vocabulary, ...]:
    """Return the elements a query asks for, in order of vocabulary and identifier.

    Identifiers are canonical; names of attributes, and names with a prefix inside their values, are
    written in full, since the documents they come from have prefixes of their own.

    Args:
        ledger: where to look.
        view: what may be seen.
        query: the conditions, and what is shown of an element.

    Raises:
        QueryTooLargeError: there are more elements than the query's `maxElementCount`.
    """
    most = "" if query.ceiling is None else f" ORDER BY ALL LIMIT {query.ceiling + 1:d}"
    with ledger.reading() as cursor:
        conditions = all_of(_conditions(cursor, view, query))
        wanted = conditions.within(
            "SELECT DISTINCT e.vocabulary, e.canonical FROM vocabulary_element e WHERE ", most
        )
        return query.shown(held(_versions(cursor, view, wanted)))


def _conditions(
    cursor: duckdb.DuckDBPyConnection, view: View, query: MasterDataQuery
) -> Iterator[Clause]:
    """Yield SQL conditions on `vocabulary_element e`."""
    yield Clause(visible(view, "e"))
    if query.vocabularies is not None:
        yield one_of("e.vocabulary", query.vocabularies)
    if query.names is not None:
        yield one_of("e.canonical", query.names)
    if query.within is not None:
        yield Clause(f"e.canonical {among(keys_below(cursor, view, query.within))}")
    for test in query.tests:
        yield passing(view, test).within("(e.vocabulary, e.canonical) IN (", ")")


def _versions(cursor: duckdb.DuckDBPyConnection, view: View, wanted: Clause) -> Iterator[Version]:
    """Yield all versions of the elements that a SELECT names by vocabulary and key."""
    rows = cursor.execute(
        "SELECT v.sequence, v.organisation, v.vocabulary, v.canonical, v.children, v.body, "  # noqa: S608 - quoted
        "n.syntax, n.prefixes, n.contexts "
        "FROM vocabulary_element v JOIN envelope n USING (envelope) "
        f"WHERE {visible(view, 'v')} AND (v.vocabulary, v.canonical) IN ({wanted.text})",
        list(wanted.values),
    ).fetchall()
    for sequence, organisation, vocabulary, key, children, body, *reading in rows:
        element = data_of(body)
        around = Reading.stored(*reading).namespaces
        namespaces = Namespaces.of_context(element.get("@context"), around)
        attributes = tuple(
            (attribute_name(one["id"], namespaces), _in_full(one.get("attribute"), namespaces))
            for one in element.get("attributes", ())
        )
        yield Version(sequence, organisation, vocabulary, key, attributes, tuple(children))


def _in_full(value: Any, namespaces: Namespaces) -> Any:
    """Return a value with the names inside it written in full."""
    if isinstance(value, Mapping):
        return {
            "".join(namespaces.expand(name)): _in_full(one, namespaces)
            for name, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_in_full(one, namespaces) for one in value]
    return value
