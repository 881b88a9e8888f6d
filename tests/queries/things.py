"""The things that random events speak of, each in several spellings, and how values are spelled.

The universe is small, so that what a query asks for is often there. Nothing here uses the code
under test: which spellings mean the same is written down.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.ingest.documents import ITEM, SITE
from tests.world.chance import Chooser, happens

OTHER_ITEM: Final = "https://id.gs1.org/01/09506000134369"
EX: Final = "https://ns.example.com/"
OTHER_EX: Final = "https://other.example/"

Spellings = Mapping[str, Sequence[str]]

INSTANCES: Final[Spellings] = {
    f"{ITEM}/21/1": ("urn:epc:id:sgtin:9506000.013435.1", f"{ITEM}/10/L1/21/1"),
    f"{ITEM}/21/12": (
        "urn:epc:id:sgtin:9506000.013435.12",
        "https://farm.example/gtin/9506000134352/ser/12",
    ),
    f"{ITEM}/21/0x": ("urn:epc:id:sgtin:9506000.013435.0x",),
    f"{OTHER_ITEM}/21/2": ("urn:epc:id:sgtin:9506000.013436.2",),
    "https://id.gs1.org/00/095060001343520017": ("urn:epc:id:sscc:9506000.0134352001",),
    "https://id.gs1.org/8003/09506000134376A1": ("urn:epc:id:grai:9506000.13437.A1",),
    "https://id.gs1.org/8004/9506000COLD7": ("urn:epc:id:giai:9506000.COLD7",),
    "urn:epc:id:gid:951.12.400": ("urn:epc:id:gid:951.12.400",),
    "urn:x:box": ("urn:x:box",),
}
CLASSES: Final[Spellings] = {
    f"{ITEM}/10/L1": ("urn:epc:class:lgtin:9506000.013435.L1",),
    f"{OTHER_ITEM}/10/L2": ("urn:epc:class:lgtin:9506000.013436.L2",),
    ITEM: ("urn:epc:idpat:sgtin:9506000.013435.*",),
    "urn:x:sort": ("urn:x:sort",),
}
PATTERNS: Final[Mapping[str, Sequence[str]]] = {
    "urn:epc:idpat:sgtin:9506000.013435.*": (f"{ITEM}/21/",),
    "urn:epc:idpat:sgtin:9506000.*.*": (f"{ITEM}/21/", f"{OTHER_ITEM}/21/"),
    "urn:epc:idpat:sgtin:*.*.*": (f"{ITEM}/21/", f"{OTHER_ITEM}/21/"),
    "urn:epc:idpat:sgtin:9506000.013435.[1-11]": (f"{ITEM}/21/1$",),
    "urn:epc:idpat:sgtin:9506000.[013436-013439].*": (f"{OTHER_ITEM}/21/",),
    "urn:epc:idpat:sscc:9506000.*": ("https://id.gs1.org/00/095060001",),
    "urn:epc:idpat:grai:9506000.13437.*": ("https://id.gs1.org/8003/09506000134376",),
    "urn:epc:idpat:giai:9506000.*": ("https://id.gs1.org/8004/9506000",),
    "urn:epc:idpat:gid:951.*.*": ("urn:epc:id:gid:951.",),
    "urn:epc:idpat:gid:951.12.[300-399]": (),
}
"""Patterns, and what the keys of instances begin with that are of them; `$` at the end of one."""

CLASS_PATTERNS: Final[Mapping[str, Sequence[str]]] = {
    "urn:epc:idpat:sgtin:9506000.*.*": (ITEM,),
    "urn:epc:idpat:sgtin:9506000.013436.*": (),
    "urn:epc:idpat:lgtin:9506000.013435.*": (f"{ITEM}/10/L1",),
    "urn:epc:idpat:sgtin:9506000.013435.[1-11]": (),
}
"""Patterns, and the keys of classes that are of them."""

PLACES: Final[Spellings] = {
    SITE: ("urn:epc:id:sgln:9506000.13430.0", "https://farm.example/414/9506000134307"),
    f"{SITE}/254/a": ("urn:epc:id:sgln:9506000.13430.a",),
    f"{SITE}/254/b": ("urn:epc:id:sgln:9506000.13430.b",),
    "geo:11.5,108.9": ("geo:11.5,108.9",),
}
BELOW: Final[Mapping[str, Sequence[str]]] = {
    SITE: (SITE, f"{SITE}/254/a"),
    f"{SITE}/254/a": (f"{SITE}/254/a",),
    f"{SITE}/254/b": (f"{SITE}/254/b",),
    "geo:11.5,108.9": ("geo:11.5,108.9",),
}
"""What lies at or below each place, by the master data that every ledger gets."""

PARTIES: Final[Spellings] = {
    "https://id.gs1.org/417/9506000134307": (
        "urn:epc:id:pgln:9506000.13430",
        "urn:epc:id:sgln:9506000.13430.a",
    ),
    "https://id.gs1.org/417/9506000134314": ("urn:epc:id:pgln:9506000.13431",),
    "urn:x:party": ("urn:x:party",),
}
DOCUMENTS: Final[Spellings] = {
    "https://id.gs1.org/253/9506000134369PO1": ("urn:epc:id:gdti:9506000.13436.PO1",),
    "urn:x:po2": ("urn:x:po2",),
}
DEVICES: Final[Spellings] = {
    "https://id.gs1.org/8004/9506000COLD7": ("urn:epc:id:giai:9506000.COLD7",),
    "https://sensors.example/7": ("https://sensors.example/7",),
}
EVENT_IDS: Final = (
    "urn:uuid:2e0ab4e5-2b0c-4c5d-8a0e-0a6a0f2d7c11",
    "ni:///sha-256;00?ver=CBV2.0",
    "https://example.org/events/1",
)
STEPS: Final = ("receiving", "shipping", "packing", "ex:drying", f"{EX}drying")
DISPOSITIONS: Final = ("in_progress", "damaged", "expired", "ex:wet")
URNS: Final = {"bizStep": "urn:epcglobal:cbv:bizstep:", "disposition": "urn:epcglobal:cbv:disp:"}
TIMES: Final = (
    "2026-03-01T08:00:00+07:00",
    "2026-03-01T01:00:00Z",
    "2026-03-01T01:00:00.5Z",
    "2026-03-02T00:00:00Z",
    "2026-02-28T20:00:00-05:00",
)
NUMBERS: Final = (
    *("12", "12.0", "1.2e1", "0", "-0.0", "3.5", "-7", "12000", "1e-300", "285.15"),
    *("0.1", "0.1000000000000000000001", "9007199254740993", "9007199254740992", "1e300"),
)
UNITS: Final = ("KGM", "GRM", "CEL", "KEL", "FAH", "P1", "XYZ")
TEXTS: Final = ("A", "a", "12", "", "Å", "true", "x'y", "A B")
NAMES: Final = ("ex:grade", "ex:farm_a", "ex:farm_b_c", f"{EX}grade", "cbvmda:lotNumber")
INNER_NAMES: Final = ("ex:grade", "ex:farm_a", "plain", "@unit")

_NUMBER: Final = re.compile('"<number (.+?)>"')


def number(written: str) -> str:
    """A number that JSON will hold with just these digits."""
    return f"<number {written}>"


def with_numbers(text: str) -> str:
    """JSON in which `number` has left its marks, with the numbers in their place."""
    return _NUMBER.sub(r"\1", text)


def digits_of(value: Any) -> str | None:
    """The digits of a `number`; None for any other value."""
    if isinstance(value, str) and value.startswith("<number "):
        return value.removeprefix("<number ").removesuffix(">")
    return None


def spell(chooser: Chooser, things: Spellings, key: str) -> str:
    """A thing in one of its spellings."""
    return chooser.pick([key, *things.get(key, ())])


def any_of(chooser: Chooser, things: Spellings) -> str:
    """Any thing in any of its spellings."""
    return spell(chooser, things, chooser.pick([*things]))


def key_of(things: Spellings, spelling: str) -> str:
    """The thing that a spelling means."""
    return next(key for key, known in things.items() if spelling == key or spelling in known)


def maybe(chooser: Chooser, percent: int, members: Mapping[str, Any]) -> dict[str, Any]:
    """Members that are there in so many of a hundred cases."""
    return dict(members) if happens(chooser, percent) else {}
