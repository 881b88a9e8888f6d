"""Documents of every kind as JSON members: heads, contexts and events that are hard to spell."""

from typing import Any

from hypothesis import strategies as st

from tests.strategies.events import (
    EPCIS_CONTEXT,
    NAMESPACES,
    Members,
    event_members,
    extensions,
    numbers,
    other_uris,
    places,
    texts,
    timestamps,
)

TRICKY_PREFIXES = {
    "json": "https://example.org/json/",
    "xsi": "https://example.org/xsi/",
    "xsd": "https://example.org/xsd/",
    "epcis": "https://example.org/epcis/",
    "sbdh": "https://example.org/sbdh/",
    "local": "https://example.org/local/",
    "twice": NAMESPACES["ex"],
    "under_score": "https://example.org/u/",
    "tên": "https://example.org/vn/",
    "ns-": "urn:x:y z",
    "mda": "urn:epcglobal:cbv:mda",
    "old": "urn:epcglobal:epcis:xsd:1",
}
"""Prefixes that mean something else to XML, that it cannot declare, or that share a namespace."""

OTHER_CONTEXT = "https://example.org/context.jsonld"


def tricky_names() -> st.SearchStrategy[str]:
    """Names inside extensions that mean something in XML, or cannot be names there."""
    own = ["grade", "tên", "2nd", "", "name", "extension", "@unit", "@xmlns", "@id", "@xml:lang"]
    own += ["#text", "#xml", "@ex:unit", "@farm:unit", "@un:bound", "a b", "un:bound", "ex:a%C3%AA"]
    own += ["ex:2nd", "json:is", "xsi:type", "xml:lang", "ex:grade", "cbvmda:lotNumber", "gs1:x"]
    prefixed = [f"{prefix}:x" for prefix in TRICKY_PREFIXES]
    return st.sampled_from(own + prefixed)


def inner_xml() -> st.SearchStrategy[str]:
    """Texts that are content of XML, mixed or not, and such as only look like it."""
    return st.sampled_from(
        [
            "see <b>this</b>",
            'see <ex:b xmlns:ex="https://example.org/ns/">this</ex:b> &amp; that',
            'see <q:b xmlns:q="https://example.org/q/">this</q:b>',
            'see <b xmlns="https://example.org/q/">this</b>',
            'see <b xmlns="urn:epcglobal:epcis:xsd:2">this</b>',
            "<b>nothing beside</b>",
            "no element",
            "see <b>this",
            "see <!-- --> <b></b>",
            "",
        ]
    )


def tricky_values() -> st.SearchStrategy[Any]:
    """Values of extensions whose members have tricky names."""
    scalars = st.one_of(st.none(), st.booleans(), numbers(), texts(), inner_xml())
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(tricky_names(), inner, max_size=3),
            st.fixed_dictionaries({"#xml": inner_xml()}, optional={"@unit": texts()}),
        ),
        max_leaves=8,
    )


def tricky_extensions() -> st.SearchStrategy[Members]:
    """Extension members with tricky values, under prefixes that are bound or not."""
    usable = [f"{prefix}:x" for prefix in TRICKY_PREFIXES if prefix.isascii() and "_" not in prefix]
    names = st.sampled_from([*usable, "ex:y", "un:bound", "gs1:x", "ex:t%C3%AAn"])
    return st.dictionaries(names, tricky_values(), max_size=2)


def contexts() -> st.SearchStrategy[Any]:
    """`@context` in the ways it may be written."""
    part = st.dictionaries(
        st.sampled_from(sorted(TRICKY_PREFIXES) + sorted(NAMESPACES)), st.none(), max_size=3
    ).map(lambda chosen: {name: {**TRICKY_PREFIXES, **NAMESPACES}[name] for name in chosen})
    term = st.just({"ex:when": {"@type": "xsd:dateTime"}, "@vocab": "https://example.org/v/"})
    parts = st.one_of(part, term, st.sampled_from([EPCIS_CONTEXT, OTHER_CONTEXT]))
    several = st.lists(parts, min_size=1, max_size=3, unique_by=str)
    return st.one_of(part, several, st.just(EPCIS_CONTEXT))


@st.composite
def tricky_events(draw: st.DrawFn) -> Members:
    """Valid events with tricky extensions, some with an `@context` of their own."""
    event = draw(event_members())
    event |= draw(tricky_extensions())
    if draw(st.booleans()):
        event["@context"] = draw(contexts())
    return event


@st.composite
def extension_events(draw: st.DrawFn) -> Members:
    """Events of types of other vocabularies, whose members may have any name and value."""
    names = ["ex:Inspection", "un:bound", "https://example.org/full#Type", "json:x"]
    event = {
        "type": draw(st.sampled_from(names)),
        "eventTime": draw(timestamps()),
        "eventTimeZoneOffset": "+07:00",
        **draw(tricky_extensions()),
    }
    if draw(st.booleans()):
        standard = draw(event_members())
        event |= {name: one for name, one in standard.items() if name != "type"}
    own = ["epcList", "readPoint", "quantityList", "bizStep", "baseExtension", "grade", "2nd"]
    own += ["sensorElementList", "persistentDisposition", "childEPCs", "extension", "ilmd"]
    event |= draw(st.dictionaries(st.sampled_from(own), tricky_values(), max_size=3))
    if draw(st.booleans()):
        place = st.fixed_dictionaries(
            {"id": places()}, optional={"extension": texts(), "floor": numbers()}
        )
        event["readPoint"] = draw(place)
    return event


def vocabularies() -> st.SearchStrategy[list[Members]]:
    """Master data: elements with attributes of every value, children, extensions."""
    value = st.one_of(
        texts(), numbers(), st.dictionaries(tricky_names(), tricky_values(), max_size=2)
    )
    attribute = st.fixed_dictionaries(
        {"id": other_uris()}, optional={"attribute": value, "ex:said": texts()}
    )
    element = st.fixed_dictionaries(
        {"id": places()},
        optional={
            "attributes": st.lists(attribute, max_size=2),
            "children": st.lists(places(), max_size=2),
            "ex:seen": tricky_values(),
        },
    )
    return st.lists(
        st.fixed_dictionaries(
            {"type": st.just("urn:epcglobal:epcis:vtype:Location")},
            optional={
                "vocabularyElementList": st.lists(element, max_size=2),
                "ex:version": tricky_values(),
            },
        ),
        max_size=2,
    )


def headers() -> st.SearchStrategy[Members]:
    """Headers of documents in JSON."""
    data = st.fixed_dictionaries({}, optional={"vocabularyList": vocabularies()})
    with_more = st.tuples(data, extensions()).map(lambda pair: {**pair[0], **pair[1]})
    own = st.fixed_dictionaries({}, optional={"epcisMasterData": st.one_of(data, with_more)})
    return st.tuples(own, tricky_extensions()).map(lambda pair: {**pair[0], **pair[1]})


@st.composite
def documents(draw: st.DrawFn) -> Members:
    """EPCISDocuments and EPCISQueryDocuments."""
    events = draw(st.lists(st.one_of(tricky_events(), extension_events()), max_size=2))
    head: Members = {"@context": draw(contexts()), **draw(tricky_extensions())}
    if draw(st.booleans()):
        said = {"sender": texts(), "receiver": texts(), "instanceIdentifier": texts()}
        others = {"id": other_uris(), "epcisHeader": headers()}
        head |= draw(st.fixed_dictionaries({}, optional={**said, **others}))
        body = {"eventList": events, **draw(tricky_extensions())}
        return {
            **head,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": draw(timestamps()),
            "epcisBody": body,
        }
    results: Members = {"eventList": events}
    if draw(st.booleans()):
        results["vocabularyList"] = draw(vocabularies())
    answer = {
        "queryName": draw(texts()),
        "resultsBody": {**results, **draw(tricky_extensions())},
        **draw(tricky_extensions()),
    }
    dated = {"schemaVersion": st.just("2.0"), "creationDate": timestamps()}
    return {
        **head,
        **draw(st.fixed_dictionaries({}, optional=dated)),
        "type": "EPCISQueryDocument",
        "epcisBody": {"queryResults": answer},
    }
