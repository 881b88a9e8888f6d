"""Every read takes a view, and shows no more than it may."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Any, get_type_hints

import duckdb
import pytest

import epcis_core.store
from epcis_core.provenance.evidence import Evidence
from epcis_core.query.conditions import EventQuery, Extension, Part, Sensed, SensorOneOf
from epcis_core.query.master_data_query import MasterDataQuery
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.captures import capture_outcomes, captures_before, find_capture
from epcis_core.store.clauses import Clause
from epcis_core.store.content_query import extended, sensed
from epcis_core.store.dimensions import has_value, values_of
from epcis_core.store.events import (
    all_events,
    count_contents,
    events_by_id,
    events_where,
    find_events,
    latest_events,
    select_events,
    streamed_events,
)
from epcis_core.store.evidence import StoredEvidence
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.hierarchy import keys_below
from epcis_core.store.indexed_evidence import IndexedEvidence
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import entries_about, last_sequence, log_entries
from epcis_core.store.master_data_query import query_master_data
from epcis_core.store.names import Names
from epcis_core.store.numbers import NumberColumn
from epcis_core.store.predicate import condition_of
from epcis_core.store.proofs import prove_events, prove_trace
from epcis_core.store.query import page_of_events, query_events, stream_events
from epcis_core.store.search import near, search
from epcis_core.store.subscriptions import position_before
from epcis_core.store.trace import as_known, balance_of, gaps_of, recall_lots, trace_lot
from epcis_core.store.view import EVERYTHING, View
from tests.ingest.documents import NOW, SITE, captured, document, item, lot, observed, place

WRITES = {
    "append.Append": "is the writer, and must know every identity there is",
    "checkpoints.sign_checkpoint": "signs the size and the root of all that is committed",
    "declarations.Declarations": "the writer asks it, of what its own sender said",
    "captures.has_sent_head": "the writer asks it",
    "captures.record_capture": "writes",
    "index_upkeep.catch_up": "writes the index, which is read through a view",
    "content.fill_content": "writes",
    "file_format.format_of": "reads what the file says of itself alone",
    "file_format.migrate": "writes",
    "master_data.new_versions": "the writer asks it",
    "tables.Table": "writes",
    "tree.Tree": "reads hashes alone, and a proof of one entry needs those of all others",
    "tree.fill_tree": "writes",
    "tree.growing_tree": "the writer asks it, of hashes",
    "tree.node_reader": "reads hashes alone",
    "memory.AppendMemory": "gives the writer memory",
    "memory.set_usual_memory": "gives the database memory",
    "ledger.Ledger": "gives the cursors that all others read with",
    "view.View": "is the view itself; the place where the log ends tells of nobody",
}
"""What holds a ledger or a cursor, and yet takes no view."""


def modules() -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(epcis_core.store.__path__)]
    return [importlib.import_module(f"epcis_core.store.{name}") for name in names]


def public_callables() -> dict[str, Any]:
    """Public functions, and public classes with what makes one and their public methods."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": member
        for module in modules()
        for name, member in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(member) or inspect.isclass(member))
        and member.__module__ == module.__name__
    }


def holds_data(hints: dict[str, Any]) -> bool:
    return any(hint in {Ledger, duckdb.DuckDBPyConnection} for hint in hints.values())


def reads(member: Any) -> bool:
    """Tell whether a function, a class's maker or one of its methods is given data to read."""
    if inspect.isfunction(member):
        return holds_data(get_type_hints(member))
    methods = [m for n, m in vars(member).items() if n == "__init__" or not n.startswith("_")]
    found = [get_type_hints(m) for m in methods if inspect.isfunction(m)]
    return any(map(holds_data, [get_type_hints(member), *found]))


def takes_view(member: Any) -> bool:
    maker = member if inspect.isfunction(member) else member.__init__
    return View in get_type_hints(maker).values()


def test_every_public_function_that_reads_takes_a_view() -> None:
    found = {name: member for name, member in public_callables().items() if reads(member)}
    assert {name for name, member in found.items() if not takes_view(member)} == set(WRITES)
    viewed = {name for name in found if name not in WRITES}
    assert viewed == {f"{module}.{name}" for module, name in READS}


def test_no_view_stands_as_a_default() -> None:
    for name, member in public_callables().items():
        maker = member if inspect.isfunction(member) else member.__init__
        for parameter in inspect.signature(maker).parameters.values():
            assert not isinstance(parameter.default, View), name


def with_cursor(read: Callable[[Any, View], Any]) -> Callable[[Ledger, View], Any]:
    def opened(ledger: Ledger, view: View) -> Any:
        with ledger.reading() as cursor:
            return read(cursor, view)

    return opened


def under(ask: Callable[[Any, View], Clause]) -> Callable[[Ledger, View], Any]:
    """A condition on events, as the events that it holds of."""

    def found(cursor: Any, view: View) -> Any:
        condition = ask(cursor, view)
        return events_where(cursor, view, condition.text, [*condition.values], "1")

    return with_cursor(found)


def evidence_of(cursor: duckdb.DuckDBPyConnection, view: View) -> list[Any]:
    return answers_of(StoredEvidence(cursor, view))


def indexed_evidence_of(ledger: Ledger, view: View) -> list[Any]:
    with ledger.reading() as cursor, ledger.index() as index:
        assert index is not None
        return answers_of(IndexedEvidence(cursor, view, index))


def answers_of(evidence: Evidence) -> list[Any]:
    instance = item("1")
    return [
        *evidence.naming([lot("L1"), instance]),
        *evidence.transforming(["urn:x:run"]),
        *evidence.members([lot("L1")]),
        *evidence.declaring(["urn:x:1"]),
        *evidence.recorded(["urn:x:1"]),
        *evidence.of_products(["09506000134352"]),
        *evidence.objects(9),
    ]


def names_of(cursor: duckdb.DuckDBPyConnection, view: View) -> list[Any]:
    names = Names(cursor, view)
    known = [names.party(SITE), names.place(SITE), names.product("09506000134352"), names.owners()]
    found = [names.search("Vườn"), names.search("Táo"), names.holding("9506000134307")]
    return [one for one in (*known, *found) if one]


CAPTURE = [""]
"""The id of the capture that fills the ledger."""


def proven_objects(ledger: Ledger, view: View) -> Any:
    with Bookkeeping(ledger.path) as books:
        return prove_trace(ledger, books, view, lot("L1"), now=NOW + 10)[0].objects


READS: dict[tuple[str, str], Callable[[Ledger, View], Any]] = {
    ("captures", "capture_outcomes"): lambda ledger, view: capture_outcomes(
        ledger, view, [CAPTURE[0]]
    ),
    ("captures", "captures_before"): lambda ledger, view: captures_before(
        ledger, view, None, since=None, most=5
    ),
    ("dimensions", "has_value"): lambda ledger, view: has_value(
        ledger, view, "event_type", "ObjectEvent"
    ),
    ("dimensions", "values_of"): lambda ledger, view: values_of(ledger, view, "event_type", most=5),
    ("proofs", "prove_events"): lambda ledger, view: prove_events(ledger, view, ["urn:x:1"], 1),
    ("proofs", "prove_trace"): proven_objects,
    ("subscriptions", "position_before"): lambda ledger, view: (
        position_before(ledger, view, 2 * NOW).since != -1
    ),
    ("captures", "find_capture"): lambda ledger, view: find_capture(ledger, view, CAPTURE[0]),
    ("events", "all_events"): lambda ledger, view: list(all_events(ledger, view)),
    ("events", "count_contents"): lambda ledger, view: any(count_contents(ledger, view).values()),
    ("events", "events_by_id"): lambda ledger, view: events_by_id(ledger, view, ["urn:x:1"]),
    ("events", "events_where"): with_cursor(
        lambda cursor, view: events_where(cursor, view, "true", [], "1")
    ),
    ("events", "find_events"): lambda ledger, view: find_events(ledger, view, "urn:x:1"),
    ("events", "latest_events"): latest_events,
    ("events", "select_events"): lambda ledger, view: select_events(ledger, view, "true", [], "1"),
    ("evidence", "StoredEvidence"): with_cursor(evidence_of),
    ("fact_rows", "read_facts"): with_cursor(lambda cursor, view: read_facts(cursor, view, "true")),
    ("indexed_evidence", "IndexedEvidence"): indexed_evidence_of,
    ("hierarchy", "keys_below"): with_cursor(
        lambda cursor, view: keys_below(cursor, view, [SITE]) - {SITE}
    ),
    ("log", "entries_about"): lambda ledger, view: entries_about(ledger, view, ["urn:x:1"]),
    ("log", "last_sequence"): lambda ledger, view: last_sequence(ledger, view) != -1,
    ("log", "log_entries"): lambda ledger, view: list(log_entries(ledger, view)),
    ("master_data_query", "query_master_data"): lambda ledger, view: query_master_data(
        ledger, view, MasterDataQuery(include_attributes=True, include_children=True)
    ),
    ("names", "Names"): with_cursor(names_of),
    ("events", "streamed_events"): with_cursor(
        lambda cursor, view: list(streamed_events(cursor, view, "true", [], "1"))
    ),
    ("query", "stream_events"): lambda ledger, view: list(
        stream_events(ledger, view, EventQuery())
    ),
    ("content_query", "extended"): under(
        lambda cursor, view: extended(
            cursor, view, Extension(Part.EVENT, is_inner=False, names=("ex:n",))
        )
    ),
    ("content_query", "sensed"): under(
        lambda cursor, view: sensed(cursor, view, SensorOneOf("type", ("Temperature",)))
    ),
    ("numbers", "NumberColumn"): with_cursor(
        lambda cursor, view: NumberColumn(
            cursor, view, "reference r", Clause("r.is_class"), "r.quantity", "r.uom"
        ).units()
    ),
    ("predicate", "condition_of"): under(
        lambda cursor, view: condition_of(cursor, view, EventQuery((Sensed(),)))
    ),
    ("query", "page_of_events"): lambda ledger, view: (
        page_of_events(ledger, view, EventQuery(), 1).events
    ),
    ("query", "query_events"): lambda ledger, view: query_events(ledger, view, EventQuery()),
    ("search", "near"): with_cursor(lambda cursor, view: near(cursor, view, lot("L2"))),
    ("search", "search"): lambda ledger, view: search(ledger, view, "L1"),
    ("trace", "as_known"): with_cursor(
        lambda cursor, view: as_known(cursor, view, "2099-01-01T00:00:00Z").up_to_sequence != -1
    ),
    ("trace", "balance_of"): lambda ledger, view: balance_of(ledger, view, lot("L1")).rows,
    ("trace", "gaps_of"): lambda ledger, view: gaps_of(ledger, view, None),
    ("trace", "recall_lots"): lambda ledger, view: recall_lots(ledger, view, [lot("L1")]).affected,
    ("trace", "trace_lot"): lambda ledger, view: trace_lot(ledger, view, lot("L1")).objects,
}
"""Every public read, as something that is true where it shows anything of the ledger."""


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """A ledger where the farm has sent something that every read shows."""
    born = observed(
        item("1"),
        eventID="urn:x:1",
        action="ADD",
        quantityList=[{"epcClass": lot("L1"), "quantity": 1, "uom": "KGM"}],
        ilmd={"cbvmda:lotNumber": "L1"},
        sensorElementList=[{"sensorReport": [{"type": "Temperature"}]}],
        **{"ex:n": 1},
    )
    owner = {"id": "urn:epcglobal:cbv:owning_party", "attribute": "urn:epc:id:pgln:9506000.13430"}
    site = place(SITE, name="Vườn Gió Cát")
    site["attributes"].append(owner)
    site["children"] = ["urn:x:shed"]
    elements = [site, place("https://id.gs1.org/01/09506000134352", name="Táo")]
    report = captured(ledger, document(born, elements=elements), organisation="farm")
    assert report.status == "accepted"
    CAPTURE[0] = report.capture_id
    return ledger


reading = pytest.mark.parametrize(
    "read", READS.values(), ids=[f"{module}.{name}" for module, name in READS]
)


@reading
@pytest.mark.parametrize("view", [EVERYTHING, View(viewer="farm")], ids=["everything", "its own"])
def test_a_read_shows_what_it_may(
    filled: Ledger, read: Callable[[Ledger, View], Any], view: View
) -> None:
    assert read(filled, view)


HIDDEN = {
    "before anything was known": View(up_to_sequence=-1),
    "another organisation": View(viewer="somebody else"),
    "a name with quotes": View(viewer="farm' OR '1' = '1"),
}


@pytest.mark.parametrize(
    ("read", "view"),
    [
        pytest.param(read, view, id=f"{module}.{name}, {why}")
        for (module, name), read in READS.items()
        for why, view in HIDDEN.items()
        # These narrow a view by time, and tell of nobody's data.
        if name not in {"as_known", "last_sequence"} or view.viewer is None
    ],
)
def test_a_read_shows_nothing_that_it_may_not(
    filled: Ledger, read: Callable[[Ledger, View], Any], view: View
) -> None:
    assert not read(filled, view)


def test_a_viewer_sees_what_it_sent_witnessed_or_is_named_in(ledger: Ledger) -> None:
    shop = "https://id.gs1.org/417/9506000134314"
    named = observed(
        eventID="urn:x:named",
        destinationList=[{"type": "owning_party", "destination": "urn:epc:id:pgln:9506000.13431"}],
    )
    hidden = observed(eventID="urn:x:hidden")
    witnessed = observed(eventID="urn:x:witnessed")
    own = observed(eventID="urn:x:own")
    captured(ledger, document(named, hidden, witnessed), organisation="farm")
    captured(ledger, document(witnessed, own), organisation=shop, now=NOW + 1)

    def seen(view: View) -> list[str]:
        return [stored.event_id for stored in all_events(ledger, view)]

    assert seen(View(viewer=shop)) == ["urn:x:named", "urn:x:witnessed", "urn:x:own"]
    assert seen(View(viewer="farm")) == ["urn:x:named", "urn:x:hidden", "urn:x:witnessed"]
    assert seen(View(viewer="nobody")) == []
    assert seen(View(viewer=shop, up_to_sequence=3)) == ["urn:x:named"]
    assert seen(View(viewer=shop, up_to_sequence=4)) == ["urn:x:named", "urn:x:witnessed"]
