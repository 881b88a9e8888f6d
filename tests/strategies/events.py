"""Hypothesis strategies for valid EPCIS events: five types, every field, extensions of any shape.

An event that a strategy here builds has no finding of severity error in strict mode, and GS1's JSON
Schema accepts it. Its numbers are spelled in all the ways JSON has.
"""

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from epcis_core.model.base import Number
from epcis_core.model.events import EVENT_TYPES, EpcisEvent
from epcis_core.vocabulary import VocabularyList, words

Members = dict[str, Any]

NAMESPACES = {
    "ex": "https://example.org/ns/",
    "farm": "https://farm.example/",
    "a.b-c": "https://example.org/c#",
}
"""Prefixes that the extensions use."""

EPCIS_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
CONTEXT = [EPCIS_CONTEXT, NAMESPACES]
"""A `@context` under which all their prefixes stand for something."""

BEFORE_ALL_EVENTS = (1971, 2000)
"""Years of sensor readings, since no reading is later than its event."""

DIGITS = "0123456789"
NAME_CHARACTERS = "ABCXYZabcxyz019"


def digits(length: int) -> st.SearchStrategy[str]:
    """Texts of so many digits."""
    return st.text(DIGITS, min_size=length, max_size=length)


def with_check_digit(payload: str) -> str:
    """A GS1 key from all its digits but the last."""
    weighted = sum(int(d) * (3, 1)[i % 2] for i, d in enumerate(reversed(payload)))
    return f"{payload}{-weighted % 10}"


def texts(max_size: int = 12) -> st.SearchStrategy[str]:
    """Texts of every script, with everything that JSON must escape and XML can still write."""
    alphabet = st.characters(
        exclude_categories=["Cs"],
        exclude_characters=[*map(chr, set(range(32)) - {9, 10, 13}), "\ufffe", "\uffff"],
    )
    return st.text(alphabet, max_size=max_size)


def serials() -> st.SearchStrategy[str]:
    """Serial and lot numbers that need no escape."""
    return st.text(NAME_CHARACTERS, min_size=1, max_size=8)


@st.composite
def _urns(draw: st.DrawFn, scheme: str, width: int, *, serial: str | None = None) -> str:
    company = draw(st.integers(6, 12).flatmap(digits))
    fields = [company, draw(digits(width - len(company)))]
    if serial is None:
        fields.append(draw(serials()))
    elif serial:
        fields.append(serial)
    return f"urn:epc:{scheme}:{'.'.join(fields)}"


def _links(ai: str, width: int, rest: str = "") -> st.SearchStrategy[str]:
    """Digital Links with a right check digit, and a serial number or lot behind `rest`."""
    key = digits(width - 1).map(with_check_digit)
    path = key.map(lambda value: f"https://id.gs1.org/{ai}/{value}")
    if not rest:
        return path
    return st.tuples(path, serials()).map(lambda pair: f"{pair[0]}/{rest}/{pair[1]}")


def other_uris() -> st.SearchStrategy[str]:
    """URIs that are no GS1 keys."""
    path = st.text("abcXYZ019-._~%", max_size=8).map(lambda text: text.replace("%", "%2F"))
    return st.one_of(
        st.uuids().map(lambda uuid: f"urn:uuid:{uuid}"),
        path.map(lambda text: f"https://example.org/things/{text}?a=b&c#d"),
        st.just("geo:11.5675,108.9886"),
        st.just("tag:example.org,2026:box"),
        st.just("http://[::1]:8080/x"),
    )


def instances() -> st.SearchStrategy[str]:
    """Identifiers of single objects."""
    return st.one_of(
        _urns("id:sgtin", 13),
        _urns("id:sscc", 17, serial=""),
        _urns("id:grai", 12),
        _links("01", 14, "21"),
        _links("00", 18),
        other_uris(),
    )


def classes() -> st.SearchStrategy[str]:
    """Identifiers of lots and classes of objects."""
    return st.one_of(
        _urns("class:lgtin", 13),
        _urns("idpat:sgtin", 13, serial="*"),
        _links("01", 14, "10"),
        _links("01", 14),
        other_uris(),
    )


def places() -> st.SearchStrategy[str]:
    """Identifiers of places."""
    return st.one_of(_urns("id:sgln", 12), _links("414", 13), other_uris())


def parties() -> st.SearchStrategy[str]:
    """Identifiers of parties."""
    return st.one_of(_urns("id:pgln", 12, serial=""), _links("417", 13), other_uris())


def transactions() -> st.SearchStrategy[str]:
    """Identifiers of business transactions."""
    own = serials().map(lambda number: f"urn:epcglobal:cbv:bt:0614141073467:{number}")
    return st.one_of(own, _urns("id:gdti", 12), other_uris())


@st.composite
def timestamps(draw: st.DrawFn, years: tuple[int, int] = (1971, 2098)) -> str:
    """Times of the given years, both included, with any number of decimals and any zone."""
    first, last = years
    moment = draw(st.datetimes(datetime(first, 1, 2), datetime(last, 12, 30)))  # noqa: DTZ001
    fraction = draw(st.one_of(st.just(""), st.integers(1, 12).flatmap(digits).map(".".__add__)))
    zone = draw(st.one_of(st.just("Z"), offsets()))
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}{zone}"


def offsets() -> st.SearchStrategy[str]:
    """Offsets from UTC, -14:00 to +14:00."""
    minutes = st.integers(-14 * 60, 14 * 60)
    return minutes.map(lambda m: f"{'-' if m < 0 else '+'}{abs(m) // 60:02}:{abs(m) % 60:02}")


@st.composite
def numbers(draw: st.DrawFn, *, negative: bool = True) -> Number:
    """Numbers in every spelling that JSON has, up to forty digits and the range of binary64."""
    sign = draw(st.sampled_from(["", "-"])) if negative else ""
    whole = draw(st.one_of(st.just("0"), digits(1), st.integers(1, 10**20).map(str)))
    decimals = draw(st.one_of(st.just(""), st.integers(1, 20).flatmap(digits).map(".".__add__)))
    power = st.tuples(st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), st.integers(0, 250))
    exponent = draw(st.one_of(st.just(""), power.map(lambda p: f"{p[0]}{p[1]}{p[2]}")))
    return Number(f"{sign}{whole}{decimals}{exponent}")


def json_values(keys: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Any]:
    """Any JSON, numbers as `Number`, members named by `keys` (any text by default)."""
    scalars = st.one_of(st.none(), st.booleans(), numbers(), texts())
    names = texts() if keys is None else keys
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)
        ),
        max_leaves=8,
    )


def extension_names() -> st.SearchStrategy[str]:
    """Names of members of other namespaces."""
    prefixes = st.sampled_from(sorted(NAMESPACES))
    local = st.text("abcXYZ019_-", min_size=1, max_size=8)
    return st.one_of(
        st.tuples(prefixes, local).map(":".join),
        local.map("https://example.org/full#".__add__),
        st.just("cbvmda:lotNumber"),
    )


def extensions() -> st.SearchStrategy[Members]:
    """Members of other namespaces."""
    return st.dictionaries(extension_names(), json_values(), max_size=3)


def terms(vocabulary: VocabularyList) -> st.SearchStrategy[str]:
    """Terms of a standard vocabulary as JSON spells them, and terms of one's own."""
    own = st.just("https://example.org/terms/thu%20ho%E1%BA%A1ch")
    return st.one_of(st.sampled_from(words(vocabulary)), own)


def _part(
    required: dict[str, st.SearchStrategy[Any]],
    optional: dict[str, st.SearchStrategy[Any]],
    more: st.SearchStrategy[Members] | None = None,
) -> st.SearchStrategy[Members]:
    others = {name: values for name, values in optional.items() if name not in required}
    fixed = st.fixed_dictionaries(required, optional=others)
    if more is None:
        return fixed
    return st.tuples(fixed, more).map(lambda pair: {**pair[0], **pair[1]})


def quantity_elements() -> st.SearchStrategy[Members]:
    """Amounts of a class of objects."""
    amount = numbers(negative=False)
    codes = st.sampled_from(["KGM", "C62", "LTR", "X8", "2N"])
    named = {"epcClass": classes()}
    return st.one_of(
        _part(named, {"quantity": amount}), _part(named | {"quantity": amount, "uom": codes}, {})
    )


def locations() -> st.SearchStrategy[Members]:
    """Read points and business locations."""
    return _part({"id": places()}, {}, extensions())


def _ends(name: str) -> st.SearchStrategy[Members]:
    types = terms(VocabularyList.SOURCE_DEST_TYPE)
    return _part({"type": types, name: st.one_of(parties(), places())}, {})


def sensor_elements() -> st.SearchStrategy[Members]:
    """What sensors reported; the metadata says nothing that a report says too."""
    times = timestamps(BEFORE_ALL_EVENTS)
    uris = other_uris()
    metadata = _part(
        {},
        {
            "time": times,
            "startTime": times,
            "endTime": times,
            "deviceID": uris,
            "deviceMetadata": uris,
            "rawData": uris,
            "dataProcessingMethod": uris,
            "bizRules": uris,
        },
        extensions(),
    )
    measured = dict.fromkeys(
        ["value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"], numbers()
    )
    report = _part(
        {"type": terms(VocabularyList.MEASUREMENT_TYPE)},
        {
            "exception": terms(VocabularyList.SENSOR_ALERT_TYPE),
            "bizRules": uris,
            "microorganism": uris,
            "chemicalSubstance": uris,
            "coordinateReferenceSystem": uris,
            "component": terms(VocabularyList.COMPONENT),
            "stringValue": texts(),
            "booleanValue": st.booleans(),
            "hexBinaryValue": st.sampled_from(["00", "F0a1", "deadBEEF"]),
            "uriValue": uris,
            "uom": st.sampled_from(["CEL", "P1", "°C"]),
            **measured,
        },
        extensions(),
    )
    device = {"time": times, "deviceID": uris, "deviceMetadata": uris, "rawData": uris}
    full_report = st.tuples(report, _part({}, device)).map(lambda pair: {**pair[0], **pair[1]})
    return st.one_of(
        _part(
            {"sensorReport": st.lists(report, min_size=1, max_size=2)},
            {"sensorMetadata": metadata},
            extensions(),
        ),
        _part({"sensorReport": st.lists(full_report, min_size=1, max_size=2)}, {}, extensions()),
    )


def _common() -> dict[str, st.SearchStrategy[Any]]:
    dispositions = st.lists(terms(VocabularyList.DISPOSITION), min_size=1, max_size=3, unique=True)
    later = {"unset": dispositions}
    declaration = _part(
        {"declarationTime": timestamps()},
        {
            "reason": terms(VocabularyList.ERROR_REASON),
            "correctiveEventIDs": st.lists(other_uris(), max_size=2),
        },
        extensions(),
    )
    return {
        "eventID": other_uris(),
        "recordTime": timestamps(),
        "errorDeclaration": declaration,
        "certificationInfo": st.one_of(other_uris(), st.lists(other_uris(), max_size=2)),
        "bizStep": terms(VocabularyList.BIZ_STEP),
        "disposition": terms(VocabularyList.DISPOSITION),
        "persistentDisposition": st.one_of(
            _part({"set": dispositions}, later), _part(later, {"set": dispositions})
        ),
        "readPoint": locations(),
        "bizLocation": locations(),
        "bizTransactionList": st.lists(_biz_transactions(), max_size=2),
        "sourceList": st.lists(_ends("source"), max_size=2),
        "destinationList": st.lists(_ends("destination"), max_size=2),
        "sensorElementList": st.lists(sensor_elements(), max_size=2),
    }


def _biz_transactions() -> st.SearchStrategy[Members]:
    types = terms(VocabularyList.BUSINESS_TRANSACTION_TYPE)
    return _part({"bizTransaction": transactions()}, {"type": types})


def _subjects(event_type: str) -> st.SearchStrategy[Members]:
    """What an event of a type is about: the members that only this type has."""
    epcs = st.lists(instances(), max_size=3, unique=True)
    some_epcs = st.lists(instances(), min_size=1, max_size=3, unique=True)
    amounts = st.lists(quantity_elements(), max_size=2)
    some_amounts = st.lists(quantity_elements(), min_size=1, max_size=2)
    actions = st.sampled_from(["ADD", "OBSERVE", "DELETE"])
    ilmd = extensions()
    match event_type:
        case "ObjectEvent":
            return st.one_of(
                _part({"action": actions, "epcList": epcs}, {"quantityList": amounts}),
                _part({"action": actions, "quantityList": some_amounts}, {}),
                _part({"action": st.just("ADD"), "epcList": some_epcs, "ilmd": ilmd}, {}),
            )
        case "AggregationEvent" | "AssociationEvent":
            children = {"childEPCs": epcs, "childQuantityList": amounts}
            parent = {"action": actions, "parentID": instances()}
            taken_apart = {"action": st.just("DELETE"), "parentID": instances()}
            own = _part({"action": st.just("OBSERVE"), "childEPCs": some_epcs}, {})
            return st.one_of(
                _part({**parent, "childEPCs": some_epcs}, {"childQuantityList": amounts}),
                _part({**parent, "childQuantityList": some_amounts}, {"childEPCs": epcs}),
                _part(taken_apart, children),
                *([own] if event_type == "AggregationEvent" else []),
            )
        case "TransactionEvent":
            needed = {"bizTransactionList": st.lists(_biz_transactions(), min_size=1, max_size=2)}
            given = {"action": actions, **needed}
            return st.one_of(
                _part(
                    {**given, "epcList": epcs}, {"quantityList": amounts, "parentID": instances()}
                ),
                _part({**given, "quantityList": some_amounts}, {"parentID": instances()}),
                _part({"action": st.just("DELETE"), **needed}, {}),
            )
    inputs = {"inputEPCList": epcs, "inputQuantityList": amounts}
    outputs = {"outputEPCList": epcs, "outputQuantityList": amounts}
    joined = {"transformationID": other_uris()}
    return st.one_of(
        _part(
            {"inputQuantityList": some_amounts, "outputQuantityList": some_amounts},
            {"inputEPCList": epcs, "outputEPCList": epcs, "ilmd": ilmd, **joined},
        ),
        _part({"inputEPCList": some_epcs, "outputEPCList": some_epcs}, joined),
        _part({**joined, "inputEPCList": some_epcs}, inputs | outputs),
        _part({**joined, "outputQuantityList": some_amounts}, {"ilmd": ilmd}),
    )


@st.composite
def event_members(draw: st.DrawFn, event_type: str | None = None) -> Members:
    """Valid events as JSON members, of one type or of any."""
    drawn_type: str = event_type or draw(st.sampled_from(sorted(EVENT_TYPES)))
    subject = draw(_subjects(drawn_type))
    shared = draw(
        st.fixed_dictionaries(
            {"eventTime": timestamps((2001, 2098)), "eventTimeZoneOffset": offsets()},
            optional=_common(),
        )
    )
    event = {"type": drawn_type, **shared, **draw(extensions()), **subject}
    names = draw(st.permutations(list(event)))
    return {name: event[name] for name in names}


def events(event_type: str | None = None) -> st.SearchStrategy[EpcisEvent]:
    """Valid events, of one type or of any."""
    return event_members(event_type).map(
        lambda members: EVENT_TYPES[members["type"]].model_validate(members)
    )
