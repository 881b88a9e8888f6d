"""Hypothesis strategies for master data, events that name what they describe, and queries for both.

The universe is small, so that queries find something: few things, each in several spellings, few
attributes, few values. A document says what it says twice over: as JSON, and as `Version`s that
were made without the code under test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from epcis_core.model.base import Number
from epcis_core.query.fields import FIELDS
from epcis_core.query.master_data import Version
from tests.ingest.documents import ITEM, SITE, document, item, lot

SITE_URN = "urn:epc:id:sgln:9506000.13430"
PARTY = "https://id.gs1.org/417/9506000134307"
SHIPPING = "https://ref.gs1.org/cbv/BizStep-shipping"
VTYPE = "urn:epcglobal:epcis:vtype:"
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "urn:epcglobal:cbv:mda:name": ("urn:epcglobal:cbv:mda:name", "urn:epcglobal:cbv:mda#name"),
    "urn:epcglobal:cbv:mda:city": ("cbvmda:city", "urn:epcglobal:cbv:mda#city"),
    "https://ns.example.com/owner": ("ex:owner", "https://ns.example.com/owner"),
}
"""Attributes by their one spelling, in the spellings of documents."""

PLACES: Final[dict[str, tuple[str, ...]]] = {
    SITE: (SITE, f"{SITE_URN}.0", "https://farm.example/414/9506000134307"),
    f"{SITE}/254/a": (f"{SITE}/254/a", f"{SITE_URN}.a"),
    f"{SITE}/254/b": (f"{SITE}/254/b", f"{SITE_URN}.b"),
    "geo:11.5,108.9": ("geo:11.5,108.9",),
    "urn:x:yard": ("urn:x:yard",),
}
"""Places by key, in all spellings."""

PARTIES: Final = {PARTY: (PARTY, "urn:epc:id:pgln:9506000.13430")}
OBJECTS: Final = {
    item("1"): (item("1"), "urn:epc:id:sgtin:9506000.013435.1"),
    item("2"): (item("2"), "urn:epc:id:sgtin:9506000.013435.2"),
}
CLASSES: Final = {
    lot("L1"): (lot("L1"), "urn:epc:class:lgtin:9506000.013435.L1"),
    ITEM: (ITEM, "urn:epc:idpat:sgtin:9506000.013435.*"),
}
OTHERS: Final = {
    SHIPPING: (SHIPPING, "urn:epcglobal:cbv:bizstep:shipping", "cbv:BizStep-shipping"),
    "urn:x:po": ("urn:x:po",),
    "urn:x:run": ("urn:x:run",),
}
ELEMENTS: Final = {**PLACES, **PARTIES, **OBJECTS, **CLASSES, **OTHERS}
PARTY_URN: Final = "urn:epc:id:pgln:9506000.13430"
TEXTS: Final = ("A", "A", "B", "", PARTY, PARTY_URN)
VALUES: Final[tuple[Any, ...]] = (
    *TEXTS,
    " A",
    f"\n\t{PARTY} ",
    " ",
    Number("3"),
    None,
    None,
    ("object", "A"),
)
ASKED: Final = (*TEXTS, "3", "A\n", f" {PARTY_URN}")
SENDERS: Final = ("farm", "shop")

Pair = tuple[str, str]


@dataclass(frozen=True)
class Sent:
    """A document of one sender.

    Attributes:
        number: which one it is.
        organisation: the sender.
        said: per element: vocabulary, key, spelling, attributes (name, spelling, value), and
            children (key, spelling).
        events: what happened, as JSON.
    """

    number: int
    organisation: str
    said: tuple[tuple[str, str, str, tuple[Any, ...], tuple[Any, ...]], ...]
    events: tuple[dict[str, Any], ...]

    def data(self) -> bytes:
        """The document. Its number makes each head another one, however little it says."""
        vocabularies: dict[str, list[Any]] = {}
        for vocabulary, _, spelling, attributes, children in self.said:
            element: dict[str, Any] = {"id": spelling}
            if attributes:
                element["attributes"] = [
                    {"id": written, **({} if value is None else {"attribute": _json(value)})}
                    for _, written, value in attributes
                ]
            if children:
                element["children"] = [written for _, written in children]
            vocabularies.setdefault(vocabulary, []).append(element)
        listed = [
            {"type": kind, "vocabularyElementList": found} for kind, found in vocabularies.items()
        ]
        numbered = [
            {"eventID": f"urn:x:{self.number}:{n}", **event} for n, event in enumerate(self.events)
        ]
        return document(
            *numbered,
            instanceIdentifier=str(self.number),
            epcisHeader={"epcisMasterData": {"vocabularyList": listed}},
        )

    def versions(self) -> Iterator[Version]:
        """What it says, element by element."""
        for position, (vocabulary, key, _, attributes, children) in enumerate(self.said):
            yield Version(
                sequence=self.number * 100 + position,
                organisation=self.organisation,
                vocabulary=vocabulary,
                key=key,
                attributes=tuple((name, value) for name, _, value in attributes),
                children=tuple(key for key, _ in children),
            )


def spelled(things: dict[str, tuple[str, ...]]) -> st.SearchStrategy[tuple[str, str]]:
    """A key of a thing, and one of its spellings."""
    return st.sampled_from([(key, one) for key, several in things.items() for one in several])


def written(things: dict[str, tuple[str, ...]]) -> st.SearchStrategy[str]:
    """A thing in one of its spellings."""
    return spelled(things).map(lambda pair: pair[1])


attributes = st.tuples(spelled(NAMES), st.sampled_from(VALUES)).map(
    lambda drawn: (*drawn[0], drawn[1])
)
FEW: Final = dict(list(PLACES.items())[:2])
"""The places that are mostly spoken of, so that versions meet."""

said = st.builds(
    lambda vocabulary, element, attributes, children: (
        f"{VTYPE}{vocabulary}",
        *element,
        tuple(attributes),
        tuple(children),
    ),
    st.sampled_from(["Location", "Location", "Location", "ReadPoint"]),
    st.one_of(spelled(FEW), spelled(FEW), spelled(FEW), spelled(ELEMENTS)),
    st.lists(attributes, max_size=3),
    st.just([]) | st.lists(spelled(PLACES), min_size=1, max_size=2),
)


def _event(kind: str, **members: Any) -> dict[str, Any]:
    fixed = {"eventTime": "2026-03-01T08:00:00+07:00", "eventTimeZoneOffset": "+07:00"}
    return {"type": kind, **fixed, **members}


def _seen(**members: Any) -> dict[str, Any]:
    return _event("ObjectEvent", action="OBSERVE", epcList=["urn:x:thing"], **members)


def _all_events() -> Iterator[dict[str, Any]]:
    for spellings in PLACES.values():
        yield _seen(readPoint={"id": spellings[-1]})
        yield _seen(bizLocation={"id": spellings[0]}, bizStep="receiving")
        yield _seen(sourceList=[{"type": "location", "source": spellings[-1]}])
    for uri in (*PARTIES[PARTY], *PLACES[SITE], f"{SITE}/254/a"):
        yield _seen(sourceList=[{"type": "owning_party", "source": uri}])
        yield _seen(destinationList=[{"type": "possessing_party", "destination": uri}])
    one, two = (spellings[-1] for spellings in OBJECTS.values())
    for spellings in CLASSES.values():
        amount = [{"epcClass": spellings[-1]}]
        yield _event("ObjectEvent", action="OBSERVE", quantityList=amount)
        yield _event(
            "AggregationEvent",
            action="ADD",
            parentID=one,
            childEPCs=[two],
            childQuantityList=amount,
        )
        yield _event(
            "TransformationEvent",
            inputQuantityList=amount,
            inputEPCList=[one],
            outputEPCList=[two],
            outputQuantityList=amount,
            transformationID="urn:x:run",
        )
    yield _event("ObjectEvent", action="OBSERVE", epcList=[one])
    yield _seen(bizStep="shipping", bizTransactionList=[{"bizTransaction": "urn:x:po"}])
    yield _seen(
        disposition="in_transit", bizTransactionList=[{"type": "po", "bizTransaction": SITE}]
    )


EVENTS: Final = tuple(_all_events())
"""Everything of the universe in every part it may play in an event."""


@st.composite
def histories(draw: st.DrawFn) -> tuple[Sent, ...]:
    """Documents in order of arrival; the first has all events."""
    drawn = st.tuples(st.sampled_from(SENDERS), st.lists(said, min_size=2, max_size=6))
    return tuple(
        Sent(number, sender, tuple(elements), () if number else EVENTS)
        for number, (sender, elements) in enumerate(draw(st.lists(drawn, min_size=2, max_size=6)))
    )


SEEN: Final = st.tuples(st.sampled_from([None, None, *SENDERS]), st.integers(1, 9))
"""Who looks, and after how many documents; those that were not sent do not count."""

ALWAYS: Final[tuple[list[Pair], ...]] = (
    *([("WD_readPoint", key)] for key in PLACES),
    *([(f"HASATTR_{field}", name)] for name in NAMES for field in ("readPoint", "source")),
    [("HASATTR_readPoint", name) for name in NAMES],
    *([(f"EQATTR_readPoint_{name}", value)] for name in NAMES for value in ("A", "B", PARTY)),
)
"""Queries that are asked of every history."""

asked_names = st.sampled_from(
    [*NAMES, "urn:epcglobal:cbv:mda#name", "cbvmda:city", "name", "urn:x:unknown"]
)
asked_values = st.sampled_from(ASKED)
asked_fields = st.one_of(st.just("readPoint"), st.just("readPoint"), st.sampled_from(list(FIELDS)))
event_queries: st.SearchStrategy[list[Pair]] = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["WD_readPoint", "WD_bizLocation"]), written(PLACES)),
        st.tuples(asked_fields.map("HASATTR_{}".format), asked_names),
        st.tuples(
            st.builds(
                "{}_{}_{}".format, st.sampled_from(["EQATTR", "EQ_ATTR"]), asked_fields, asked_names
            ),
            asked_values,
        ),
    ),
    min_size=1,
    max_size=2,
)
element_queries: st.SearchStrategy[list[Pair]] = st.lists(
    st.one_of(
        st.tuples(st.just("vocabularyName"), st.sampled_from([f"{VTYPE}Location", "urn:x:none"])),
        st.tuples(st.sampled_from(["EQ_name", "WD_name"]), written(ELEMENTS)),
        st.tuples(st.just("HASATTR"), asked_names),
        st.tuples(asked_names.map("EQATTR_{}".format), asked_values),
    ),
    max_size=2,
)


def _json(value: Any) -> Any:
    if isinstance(value, Number):
        return int(value.text)
    return {"ex:inner": value[1]} if isinstance(value, tuple) else value
