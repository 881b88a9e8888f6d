"""Events of every shape, as strategies; what they name is invented."""

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from epcis_core.model.base import Number
from epcis_core.model.namespaces import Namespaces

NAMESPACES = Namespaces.of_context({"farm": "https://farm.example/epcis/", "x": "urn:x:"})
Event = dict[str, Any]

SPELLINGS = (
    [
        [
            f"urn:epc:id:sgtin:4012345.011111.{serial}",
            f"https://id.gs1.org/01/04012345111118/21/{serial}",
            f"http://farm.example/p/gtin/4012345111118/ser/{serial}",
            f"https://farm.example/01/04012345111118/21/{serial}?17=270101",
        ]
        for serial in ("1", "2", "A-1")
    ]
    + [
        [
            f"urn:epc:class:lgtin:4012345.012345.{lot}",
            f"https://id.gs1.org/01/04012345123456/10/{lot}",
            f"https://farm.example/01/04012345123456/10/{lot}",
        ]
        for lot in ("L1", "L2", "0012")
    ]
    + [
        ["urn:epc:id:sgln:4012345.00011.0", "https://farm.example/414/4012345000115"],
        ["urn:epc:id:sgln:4012345.00011.gate", "https://id.gs1.org/414/4012345000115/254/gate"],
        ["urn:epc:id:pgln:4012345.00000", "https://id.gs1.org/party/4012345000009"],
        ["urn:uuid:2e0ab4e5-2b0c-4c5d-8a0e-0a6a0f2d7c11"],
        ["farm:thing", "https://farm.example/epcis/thing"],
    ]
)
TERMS = {
    "bizStep": ("bizstep", "BizStep", ["shipping", "receiving", "packing"]),
    "disposition": ("disp", "Disp", ["in_transit", "active", "recalled"]),
    "set": ("disp", "Disp", ["damaged", "expired"]),
    "unset": ("disp", "Disp", ["stolen", "returned"]),
    "transaction": ("btt", "BTT", ["po", "inv", "desadv"]),
    "party": ("sdt", "SDT", ["owning_party", "possessing_party"]),
}
WORDS = [
    [
        word,
        f"urn:epcglobal:cbv:{urn}:{word}",
        f"https://ref.gs1.org/cbv/{web}-{word}",
        f"cbv:{web}-{word}",
    ]
    for urn, web, words in TERMS.values()
    for word in words
] + [
    [word, f"https://gs1.org/voc/{word}", f"gs1:{word}"]
    for word in ("Temperature", "Pressure", "ALARM_CONDITION", "ERROR_CONDITION")
]
ALIKE = {spelling: spellings for spellings in [*SPELLINGS, *WORDS] for spelling in spellings}
CHOICES = [
    [spellings[0] for spellings in SPELLINGS],
    *(words for _, _, words in TERMS.values()),
    ["ADD", "OBSERVE", "DELETE"],
    ["+07:00", "-05:30"],
    ["Temperature", "Pressure"],
    ["ALARM_CONDITION", "ERROR_CONDITION"],
    ["KGM", "C62"],
    ["f0", "00"],
]
"""What may stand in each other's place and means something else."""

TEXTS = ["abc", "AbC", "12a", "farm gate", "KGM", "CEL", "f0", "00"]


def term(field: str) -> st.SearchStrategy[str]:
    return st.sampled_from(TERMS[field][2])


identifiers = st.sampled_from([spellings[0] for spellings in SPELLINGS])
identifier_lists = st.lists(identifiers, max_size=4)
texts = st.sampled_from(TEXTS)
numbers = st.decimals(-1000, 1000, places=2).map(lambda value: Number(f"{value:f}"))
times = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.isoformat(timespec="milliseconds") + "+07:00"
)
extensions = st.dictionaries(
    st.sampled_from(["farm:a", "farm:b", "gs1:c", "farm:zeta"]),
    st.recursive(
        st.one_of(texts, identifiers, numbers, st.booleans()),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3),
            st.dictionaries(st.sampled_from(["farm:p", "farm:q"]), inner, min_size=1),
        ),
        max_leaves=4,
    ),
    max_size=2,
)


def part(
    required: dict[str, st.SearchStrategy[Any]],
    optional: dict[str, st.SearchStrategy[Any]] | None = None,
    *,
    extensible: bool = False,
) -> st.SearchStrategy[Event]:
    members: st.SearchStrategy[Event] = st.fixed_dictionaries(required, optional=optional or {})
    if not extensible:
        return members
    return st.builds(lambda own, others: {**own, **others}, members, extensions)


quantities = st.lists(
    part({"epcClass": identifiers}, {"quantity": numbers, "uom": st.sampled_from(["KGM", "C62"])}),
    max_size=3,
)
locations = part({"id": identifiers}, extensible=True)
parties = st.sampled_from([spellings[0] for spellings in SPELLINGS[6:9]])
sensor_elements = part(
    {
        "sensorReport": st.lists(
            part(
                {"type": st.sampled_from(["Temperature", "Pressure"])},
                {
                    "exception": st.sampled_from(["ALARM_CONDITION", "ERROR_CONDITION"]),
                    "deviceID": identifiers,
                    "bizRules": identifiers,
                    "time": times,
                    "value": numbers,
                    "stringValue": texts,
                    "booleanValue": st.booleans(),
                    "hexBinaryValue": st.sampled_from(["f0", "00"]),
                    "sDev": numbers,
                    "uom": st.sampled_from(["CEL", "KEL"]),
                },
                extensible=True,
            ),
            min_size=1,
            max_size=2,
        )
    },
    {"sensorMetadata": part({}, {"startTime": times, "rawData": identifiers}, extensible=True)},
    extensible=True,
)
SHARED: dict[str, st.SearchStrategy[Any]] = {
    "certificationInfo": st.one_of(identifiers, st.lists(identifiers, min_size=1, max_size=2)),
    "bizStep": term("bizStep"),
    "disposition": term("disposition"),
    "persistentDisposition": part(
        {},
        {
            "set": st.lists(term("set"), min_size=1, max_size=2),
            "unset": st.lists(term("unset"), min_size=1, max_size=2),
        },
    ),
    "readPoint": locations,
    "bizLocation": locations,
    "sourceList": st.lists(part({"type": term("party"), "source": parties}), max_size=2),
    "destinationList": st.lists(part({"type": term("party"), "destination": parties}), max_size=2),
    "sensorElementList": st.lists(sensor_elements, max_size=2),
}
TRANSACTIONS = st.lists(
    part({"bizTransaction": identifiers, "type": term("transaction")}), min_size=1, max_size=2
)
ACTION = st.sampled_from(["ADD", "OBSERVE", "DELETE"])
CHILDREN: dict[str, st.SearchStrategy[Any]] = {
    "childEPCs": identifier_lists,
    "childQuantityList": quantities,
    "bizTransactionList": TRANSACTIONS,
}
OWN: dict[str, tuple[dict[str, st.SearchStrategy[Any]], dict[str, st.SearchStrategy[Any]]]] = {
    "ObjectEvent": (
        {"action": ACTION},
        {
            "epcList": identifier_lists,
            "quantityList": quantities,
            "bizTransactionList": TRANSACTIONS,
            "ilmd": extensions,
        },
    ),
    "AggregationEvent": ({"action": ACTION}, {"parentID": identifiers, **CHILDREN}),
    "AssociationEvent": ({"action": ACTION, "parentID": identifiers}, CHILDREN),
    "TransactionEvent": (
        {"action": ACTION, "bizTransactionList": TRANSACTIONS},
        {"parentID": identifiers, "epcList": identifier_lists, "quantityList": quantities},
    ),
    "TransformationEvent": (
        {},
        {
            "inputEPCList": identifier_lists,
            "inputQuantityList": quantities,
            "outputEPCList": identifier_lists,
            "outputQuantityList": quantities,
            "transformationID": identifiers,
            "ilmd": extensions,
            "bizTransactionList": TRANSACTIONS,
        },
    ),
}
events = st.one_of(
    [
        part(
            {
                "type": st.just(kind),
                "eventTime": times,
                "eventTimeZoneOffset": st.sampled_from(["+07:00", "-05:30"]),
                **required,
            },
            {**SHARED, **optional},
            extensible=True,
        )
        for kind, (required, optional) in OWN.items()
    ]
)
