"""Facts of events of every shape, worked out once more object by object."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical, identifier_in, parse_identifier
from epcis_core.model.events import EVENT_TYPES
from epcis_core.model.references import ObjectReference, Role, object_references
from epcis_core.provenance.facts import Named, facts_of
from tests.core.random_events import NAMESPACES, Event, events

LOT = "urn:epcglobal:cbv:mda:lotNumber"
NUMBERS = ["L9", "lô 9", "", "L1(21)5", "A" * 25]
WITH_LOTS = [
    "https://id.gs1.org/01/04012345111118/10/L1/21/7",
    "https://farm.example/p/gtin/4012345111118/lot/L2/ser/8",
    "urn:epc:id:sgtin:4012345.011111.9",
]


def lots(reference: ObjectReference, number: str | None) -> Iterator[tuple[str, str]]:
    key = identifier_in(reference.uri)
    lot = number or (key and key.lot)
    if reference.is_class or key is None or not lot or key.gtin is None or key.serial is None:
        return
    try:
        yield canonical(reference.uri), parse_identifier(f"(01){key.gtin}(10){lot}").digital_link()
    except IdentifierError:
        return


@settings(max_examples=60)
@given(
    events,
    st.lists(st.sampled_from(WITH_LOTS), max_size=2),
    st.lists(st.sampled_from(NUMBERS), max_size=2),
)
def test_an_event_tells_its_objects_their_lots_and_what_it_says_of_what_it_begins(
    found: Event, items: list[str], numbers: list[str]
) -> None:
    for name in ("epcList", "outputEPCList", "childEPCs"):
        if name in found:
            found = {**found, name: [*found[name], *items]}
    if "ilmd" in found:
        found = {**found, "ilmd": {"cbvmda:lotNumber": numbers, "farm:a": "x"}}
    event = EVENT_TYPES[found["type"]].model_validate(found)
    facts = facts_of(event, NAMESPACES, event_id="urn:x:1")

    references = object_references(event)
    assert facts.named == tuple(
        Named(canonical(one.uri), one.role, one.quantity.text if one.quantity else None, one.uom)
        for one in references
    )
    adds = found.get("action") == "ADD" and found["type"] == "ObjectEvent"
    begun = [one for one in references if one.role is Role.OUTPUT or adds]
    given_numbers = numbers if "ilmd" in found else []
    pairs = {pair for one in references for pair in lots(one, None)}
    pairs |= {pair for one in begun for number in given_numbers for pair in lots(one, number)}
    assert facts.memberships == tuple(sorted(pairs))
    said = [(LOT, number) for number in given_numbers]
    said += [("https://farm.example/epcis/a", "x")] if "ilmd" in found else []
    assert facts.attributes == tuple(
        (canonical(one.uri), name, value) for one in begun for name, value in said
    )
