"""Every read takes a view, and shows no more than it may."""

import importlib
import inspect
import pkgutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import duckdb
import pytest

import epcis_core.store
from epcis_core.dossier.material import Material
from epcis_core.provenance.anomalies.selling import Recalled
from epcis_core.provenance.anomalies.thresholds import usual_thresholds
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.incidents import Incident
from epcis_core.provenance.what_if import Assumptions
from epcis_core.query.conditions import EventQuery, Extension, Part, Sensed, SensorOneOf
from epcis_core.query.master_data_query import MasterDataQuery
from epcis_core.store.alike import near
from epcis_core.store.anomalies import anomalies
from epcis_core.store.anomaly_candidates import CandidateSearch
from epcis_core.store.balances import balance_of_party
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.captures import capture_outcomes, captures_before, find_capture
from epcis_core.store.changed_lots import changed_lots
from epcis_core.store.clauses import Clause
from epcis_core.store.content_query import extended, sensed
from epcis_core.store.decisions import decisions, holds
from epcis_core.store.dimensions import has_value, values_of
from epcis_core.store.dossier import latest_lots, lot_material, material_of
from epcis_core.store.erased import erased_gaps, erased_naming
from epcis_core.store.events import (
    all_events,
    count_contents,
    events_by_id,
    events_naming,
    events_where,
    find_events,
    latest_events,
    select_events,
    streamed_events,
)
from epcis_core.store.evidence import StoredEvidence
from epcis_core.store.exported_log import write_captures, write_log
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.figures import Between, count_figure
from epcis_core.store.hierarchy import keys_below
from epcis_core.store.indexed_evidence import IndexedEvidence
from epcis_core.store.later import count_later, last_entry, recorded_at, recorded_later
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import (
    entries_about,
    entries_between,
    has_entries,
    last_sequence,
    log_entries,
)
from epcis_core.store.master_data_query import query_master_data
from epcis_core.store.mentions import mentions_of, seen_last
from epcis_core.store.names import Names
from epcis_core.store.numbers import NumberColumn
from epcis_core.store.outbreaks import lots_of_late, origin_of_cases, suppose
from epcis_core.store.part import (
    LedgerPart,
    elements_about,
    part_of,
    senders,
    sent_elements,
    sent_events,
)
from epcis_core.store.photos import named_photos
from epcis_core.store.practice import done_by
from epcis_core.store.predicate import condition_of
from epcis_core.store.proofs import prove_events, prove_trace
from epcis_core.store.query import page_of_events, query_events, stream_events
from epcis_core.store.readings import readings_in
from epcis_core.store.retention import held_events, plan_retention
from epcis_core.store.search import search
from epcis_core.store.subscriptions import position_before
from epcis_core.store.trace import (
    as_known,
    balance_of,
    evidence_through,
    gaps_of,
    is_recorded,
    reader_of,
    recall_lots,
    trace_and_balances,
    trace_lot,
)
from epcis_core.store.view import EVERYTHING, View
from tests.core.store.farm_ledger import fill
from tests.ingest.documents import ITEM, NOW, SITE, captured, document, item, lot, observed

WRITES = {
    "append.Append": "is the writer, and must know every identity there is",
    "checkpoints.sign_checkpoint": "signs the size and the root of all that is committed",
    "decisions.decide": "writes",
    "erased.erased_events": "the writer asks it, of ids that it has been sent",
    "erased.erased_without_decision": "checks everything, and shows nobody what stands there",
    "erasure.apply_retention": "writes, for the operator of the whole ledger",
    "exported_log.put_captures": "writes",
    "replay.Replay": "is the writer of a ledger that is made anew",
    "growing_log.GrowingLog": "is the writer, and needs the edge of the tree",
    "growing_log.KeptEnd": "the writer asks it",
    "memory.UsualMemory": "asks for a setting",
    "declarations.Declarations": "the writer asks it, of what its own sender said",
    "captures.has_sent_head": "the writer asks it",
    "captures.record_capture": "writes",
    "captures.record_captures": "writes",
    "fsck.book.differences_in_book": "checks everything, and shows nobody what stands there",
    "fsck.book.differences_in_heads": "likewise",
    "fsck.checkpoints.broken_promises": "likewise",
    "fsck.comparison.compared": "likewise",
    "fsck.decided.differences_in_decisions": "likewise",
    "fsck.entries.EntryCheck": "likewise",
    "fsck.index.differences_in_index": "likewise",
    "fsck.log.LogCheck": "likewise",
    "fsck.photos.differences_in_photos": "likewise",
    "fsck.relations.Relations": "likewise",
    "fsck.reports.differences_in_reports": "likewise",
    "fsck.shape.differences_in_shape": "likewise",
    "remains.is_as_decided": "likewise",
    "remains.put_salt": "writes",
    "remains.remains_digest": "of all that is left, for the decision that binds it",
    "remains.salt_of_remains": "a number that tells nothing",
    "remains.seal_remains": "writes",
    "backup.back_up_ledger": "copies the whole ledger for its operator",
    "backup.copy_to_check": "copies the whole ledger for its operator",
    "photos.forget_left_waiting": "erases what is shown to nobody",
    "photos.forget_unnamed": "erases, for the operator of the whole ledger",
    "index.stretch.read_leaves": "reads hashes alone",
    "index.stretch.read_stretch": "for the index, which is read through a view",
    "index.upkeep.KeptIndex": "writes the index, which is read through a view",
    "deadlines.Deadlines": "interrupts reads, and reads nothing",
    "durability.load_indexes": "makes DuckDB load its indexes, and reads no row",
    "content.fill_content": "writes",
    "identities.fill_identities": "writes",
    "captures.captured_size": "counts for the gate what one organisation has sent",
    "file_format.format_of": "reads what the file says of itself alone",
    "file_format.migrate": "writes",
    "opening.connect": "gives what all cursors are of",
    "opening.open_current": "gives what all cursors are of",
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
    found = pkgutil.walk_packages(epcis_core.store.__path__, "epcis_core.store.")
    return [importlib.import_module(module.name) for module in found]


def public_callables() -> dict[str, Any]:
    """Public functions, and public classes with what makes one and their public methods."""
    return {
        f"{module.__name__.removeprefix('epcis_core.store.')}.{name}": member
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


def in_a_file(write: Callable[[Any, View, Path], int]) -> Callable[[Ledger, View], Any]:
    """How much is written into a file."""

    def written(cursor: Any, view: View) -> int:
        with tempfile.TemporaryDirectory() as folder:
            return write(cursor, view, Path(folder) / "written")

    return with_cursor(written)


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
        *evidence.at_sites([(SITE, 0, 2 * NOW)]),
    ]


def names_of(cursor: duckdb.DuckDBPyConnection, view: View) -> list[Any]:
    names = Names(cursor, view)
    known = [names.party(SITE), names.place(SITE), names.product("09506000134352"), names.owners()]
    found = [names.search("Vườn"), names.search("Táo"), names.numbered("9506000134307")]
    return [one for one in (*known, *found) if one]


CAPTURE = [""]
"""The id of the capture that fills the ledger."""


def material_seen(ledger: Ledger, view: View) -> Material:
    with Bookkeeping(ledger.path) as books:
        return lot_material(ledger, view, books, lot("L1"))


def material_of_farm(ledger: Ledger, view: View) -> Material:
    """What is read through a view of a trace that shows all, which nobody else has at hand."""
    with Bookkeeping(ledger.path) as books:
        return material_of(ledger, view, books, trace_lot(ledger, EVERYTHING, lot("L1")))


def counted(ledger: Ledger, view: View) -> bool:
    """Tell whether events are counted; a business is refused, and so sees no more than its own."""
    between = Between(0, NOW * 2, "1970-01-01", "2099-12-31")
    with Bookkeeping(ledger.path) as books:
        if view.viewer is None:
            return count_figure(ledger, books, view, "events", between).number > 0
        with pytest.raises(ValueError, match="counted for whoever sees all"):
            count_figure(ledger, books, view, "events", between)
    return view.viewer == "farm"


def done(ledger: Ledger, view: View) -> frozenset[str]:
    """Who has sent an event, as an exercise of the course asks."""
    with Bookkeeping(ledger.path) as books:
        sql = "SELECT e.organisation FROM event e WHERE {e}"
        return done_by(ledger, books, view, of="ledger", sql=sql, goods="")


def proven_objects(ledger: Ledger, view: View) -> Any:
    with Bookkeeping(ledger.path) as books:
        return prove_trace(ledger, books, view, lot("L1"), now=NOW + 10)[0].objects


def balance_through(ledger: Ledger, view: View) -> Any:
    owned = ("9506000134307",) if view.viewer == "farm" else ()
    return balance_of_party(ledger, replace(view, owned=owned), "9506000134307").rows


def odd_through(ledger: Ledger, view: View) -> Any:
    """What an item that is recalled since ever, and was sold, tells of whoever sold it."""
    return anomalies(ledger, view, now=2 * NOW, recalls=[Recalled(item("sold"), 0)]).anomalies


def candidates_through(cursor: duckdb.DuckDBPyConnection, view: View) -> Any:
    search = CandidateSearch(cursor, view, Names(cursor, view), 9)
    found = search.all(usual_thresholds(), (), 2 * NOW)
    return [*found.moved, *found.made, *found.dated, *found.handed, *found.amounts]


def evidence_opened(ledger: Ledger, view: View) -> Any:
    with evidence_through(ledger, view) as (_, _, evidence):
        return evidence.objects(9)


READS: dict[tuple[str, str], Callable[[Ledger, View], Any]] = {
    ("anomalies", "anomalies"): odd_through,
    ("anomaly_candidates", "CandidateSearch"): with_cursor(candidates_through),
    ("balances", "balance_of_party"): balance_through,
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
    ("changed_lots", "changed_lots"): lambda ledger, view: (
        (found := changed_lots(ledger, view, -1)) is not None and found.lots
    ),
    ("captures", "find_capture"): lambda ledger, view: find_capture(ledger, view, CAPTURE[0]),
    ("events", "all_events"): lambda ledger, view: list(all_events(ledger, view)),
    ("events", "count_contents"): lambda ledger, view: any(count_contents(ledger, view).values()),
    ("events", "events_by_id"): lambda ledger, view: events_by_id(ledger, view, ["urn:x:1"]),
    ("events", "events_where"): with_cursor(
        lambda cursor, view: events_where(cursor, view, "true", [], "1")
    ),
    ("events", "events_naming"): lambda ledger, view: events_naming(ledger, view, [lot("L1")]),
    ("events", "find_events"): lambda ledger, view: find_events(ledger, view, "urn:x:1"),
    ("events", "latest_events"): latest_events,
    ("events", "select_events"): lambda ledger, view: select_events(ledger, view, "true", [], "1"),
    ("evidence", "StoredEvidence"): with_cursor(evidence_of),
    ("fact_rows", "read_facts"): with_cursor(lambda cursor, view: read_facts(cursor, view, "true")),
    ("indexed_evidence", "IndexedEvidence"): indexed_evidence_of,
    ("hierarchy", "keys_below"): with_cursor(
        lambda cursor, view: keys_below(cursor, view, [SITE]) - {SITE}
    ),
    ("decisions", "decisions"): decisions,
    ("decisions", "holds"): holds,
    ("erased", "erased_gaps"): with_cursor(
        lambda cursor, view: list(erased_gaps(cursor, view, [lot("L1")]))
    ),
    ("exported_log", "write_log"): in_a_file(write_log),
    ("exported_log", "write_captures"): in_a_file(write_captures),
    ("part", "part_of"): with_cursor(lambda cursor, view: part_of(cursor, view, [SITE]).places[1:]),
    ("part", "senders"): with_cursor(lambda cursor, view: senders(cursor, view, LedgerPart())),
    ("part", "sent_events"): with_cursor(
        lambda cursor, view: list(sent_events(cursor, view, LedgerPart(), "farm"))
    ),
    ("part", "sent_elements"): with_cursor(
        lambda cursor, view: list(sent_elements(cursor, view, LedgerPart(), "farm"))
    ),
    ("part", "elements_about"): with_cursor(
        lambda cursor, view: list(elements_about(cursor, view, [SITE]))
    ),
    ("erased", "erased_naming"): with_cursor(
        lambda cursor, view: erased_naming(cursor, view, [lot("L1")])
    ),
    ("photos", "named_photos"): with_cursor(named_photos),
    ("readings", "readings_in"): lambda ledger, view: readings_in(ledger, view, ["urn:x:1"]),
    ("retention", "held_events"): lambda ledger, view: sorted(
        held_events(ledger, view, lot("L1"), None)
    ),
    ("retention", "plan_retention"): lambda ledger, view: (
        plan_retention(ledger, view, (), NOW).kept
    ),
    ("log", "entries_between"): with_cursor(
        lambda cursor, view: entries_between(cursor, view, 0, 5)
    ),
    ("log", "entries_about"): lambda ledger, view: entries_about(ledger, view, ["urn:x:1"]),
    ("later", "count_later"): lambda ledger, view: any(
        count_later(ledger, view, [lot("L1")], -1).values()
    ),
    ("later", "recorded_later"): lambda ledger, view: recorded_later(ledger, view, ["urn:x:1"], -1),
    ("outbreaks", "origin_of_cases"): lambda ledger, view: (
        origin_of_cases(ledger, view, [Incident(lot("L1"))]).cases[0].doubt is None
    ),
    ("outbreaks", "suppose"): lambda ledger, view: (
        suppose(ledger, view, [lot("L1")], Assumptions()).subjects
    ),
    ("later", "last_entry"): lambda ledger, view: last_entry(ledger, view) != -1,
    ("later", "recorded_at"): lambda ledger, view: recorded_at(ledger, view, 0),
    ("log", "has_entries"): lambda ledger, view: has_entries(ledger, view, -1),
    ("log", "last_sequence"): lambda ledger, view: last_sequence(ledger, view) != -1,
    ("log", "log_entries"): lambda ledger, view: list(log_entries(ledger, view)),
    ("master_data_query", "query_master_data"): lambda ledger, view: query_master_data(
        ledger, view, MasterDataQuery(include_attributes=True, include_children=True)
    ),
    ("mentions", "mentions_of"): lambda ledger, view: mentions_of(ledger, view, "urn:x:po1"),
    ("mentions", "seen_last"): lambda ledger, view: seen_last(ledger, view, [lot("L1")]),
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
    ("alike", "near"): with_cursor(lambda cursor, view: near(cursor, view, lot("L2"))),
    ("search", "search"): lambda ledger, view: search(ledger, view, "L1"),
    ("dossier", "latest_lots"): lambda ledger, view: latest_lots(ledger, view, [f"{ITEM}/10/"], 5),
    ("dossier", "lot_material"): lambda ledger, view: material_seen(ledger, view).trace.objects,
    ("dossier", "material_of"): lambda ledger, view: [
        *material_of_farm(ledger, view).events,
        *material_of_farm(ledger, view).master_data,
    ],
    ("figures", "count_figure"): counted,
    ("outbreaks", "lots_of_late"): lambda ledger, view: lots_of_late(ledger, view, 5),
    ("practice", "done_by"): done,
    ("trace", "as_known"): with_cursor(
        lambda cursor, view: as_known(cursor, view, "2099-01-01T00:00:00Z").up_to_sequence != -1
    ),
    ("trace", "balance_of"): lambda ledger, view: balance_of(ledger, view, lot("L1")).rows,
    ("trace", "evidence_through"): evidence_opened,
    ("trace", "gaps_of"): lambda ledger, view: gaps_of(ledger, view, None),
    ("trace", "reader_of"): with_cursor(
        lambda cursor, view: reader_of(cursor, replace(view, viewer=view.viewer or "farm")).sent(
            ["urn:x:1"]
        )
    ),
    ("trace", "recall_lots"): lambda ledger, view: recall_lots(ledger, view, [lot("L1")]).affected,
    ("trace", "is_recorded"): lambda ledger, view: is_recorded(ledger, view, lot("L1")),
    ("trace", "trace_and_balances"): lambda ledger, view: trace_and_balances(
        ledger, view, lot("L1")
    )[1],
    ("trace", "trace_lot"): lambda ledger, view: trace_lot(ledger, view, lot("L1")).objects,
}
"""Every public read, as something that is true where it shows anything of the ledger."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger where the farm has sent something that every read shows; nobody writes to it."""
    with Ledger.open(tmp_path_factory.mktemp("filled") / "ledger.duckdb") as ledger:
        CAPTURE[0] = fill(ledger)
        yield ledger


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
        if name not in {"as_known", "last_sequence", "last_entry"} or view.viewer is None
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
