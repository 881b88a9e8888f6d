"""Documents with one thing wrong: every single change of every place of a document.

A change leaves out, doubles, moves, renames, retypes or rewrites one element, attribute, member or
value. Which changes there are follows from the document alone, and a sample is the same every time.
"""

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, zip_longest
from typing import Any, Final

from epcis_core.findings import escape_pointer
from tests.conftest import TEST_SCALE

At = tuple[str | int, ...]
"""The way to a place in JSON: names of members and numbers of entries from the root."""


@dataclass(frozen=True)
class Mutation:
    """One change of one document.

    Attributes:
        source: the name of the document.
        place: the changed place: a JSON Pointer, with the new name where that is the change; in
            XML the names of the elements down to it, as they were.
        change: what was done there.
        make: writes the changed document.
        at: in XML, where the changed elements, or what one is missing from, stand in the changed
            document: of each, the numbers of the elements down to it.
    """

    source: str
    place: str
    change: str
    make: Callable[[], bytes] = field(repr=False)
    at: tuple[tuple[int, ...], ...] = ()

    @property
    def kind(self) -> str:
        """What was changed how, whichever document and entry of a list it was in."""
        names = [token for token in self.place.split("/") if not token.isdigit()]
        return f"{names[-1]} {self.change}"

    def __str__(self) -> str:
        return f"{self.source} {self.place} {self.change}"


def sample(mutations: Iterable[Mutation], count: int, *, seed: int) -> list[Mutation]:
    """Choose mutations: the same every time, and more of them at a larger scale.

    They are spread over their kinds: most places are values of extensions, which are much alike.
    """
    by_kind: dict[str, list[Mutation]] = {}
    for mutation in mutations:
        by_kind.setdefault(mutation.kind, []).append(mutation)
    chance = random.Random(seed)  # noqa: S311 - no secret
    groups = list(by_kind.values())
    chance.shuffle(groups)
    for group in groups:
        chance.shuffle(group)
    in_turns = (one for turn in zip_longest(*groups) for one in turn if one is not None)
    return list(islice(in_turns, int(count * TEST_SCALE)))


WRONG_VALUES: Final[dict[str, Any]] = {
    "null": None,
    "12": 12,
    "-1.5": -1.5,
    "'12'": "12",
    "'x y'": "x y",
    "''": "",
    "true": True,
    "[]": [],
    "{}": {},
}
"""What a value in JSON is replaced by."""

REWRITTEN: Final[dict[str, Callable[[str], str]]] = {
    "with a tail": lambda text: f"{text}zz",
    "without its end": lambda text: text[:-1],
    "in capitals": str.upper,
    "in small letters": str.lower,
    "with a space": lambda text: f"{text[:3]} {text[3:]}",
    "with blanks around": lambda text: f" {text} ",
    "without zone": lambda text: text.removesuffix("Z").partition("+")[0],
    "in hour 24": lambda text: f"{text[:11]}24:00:00Z",
    "with another digit": lambda text: re.sub(
        r"\d(?=\D*$)", lambda found: str((int(found[0]) + 1) % 10), text
    ),
    "as a class": lambda _: "urn:epc:idpat:sgtin:8930001.000001.*",
    "as an object": lambda _: "urn:epc:id:sscc:8930001.0000000001",
    "Z": lambda _: "Z",
    "+14:30": lambda _: "+14:30",
    "F": lambda _: "F",
    "as a URN": lambda text: f"urn:epcglobal:cbv:bizstep:{text}",
    "in the draft's namespace": lambda text: f"https://ns.gs1.org/cbv/BizStep-{text}",
    "in the Web vocabulary": lambda text: f"https://gs1.org/voc/{text}",
    "with the prefix gs1": lambda text: f"gs1:{text.rpartition(':')[2]}",
    "DELETE": lambda _: "DELETE",
    "ADD": lambda _: "ADD",
    "OBSERVE": lambda _: "OBSERVE",
}
"""How a text is rewritten, in either syntax."""

EVENT_TYPES: Final = (
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
    "QuantityEvent",
    "ex:Event",
)

OTHERS: Final[dict[str, Any]] = {
    "action": "OBSERVE",
    "epcList": ["urn:epc:id:sscc:8930001.0000000001"],
    "quantityList": [{"epcClass": "urn:epc:idpat:sgtin:8930001.000001.*", "quantity": 2}],
    "parentID": "urn:epc:id:sscc:8930001.0000000001",
    "childEPCs": ["urn:epc:id:sgtin:8930001.000001.S1"],
    "childQuantityList": [{"epcClass": "urn:epc:idpat:sgtin:8930001.000001.*"}],
    "inputEPCList": ["urn:epc:id:sgtin:8930001.000001.S1"],
    "outputQuantityList": [{"epcClass": "urn:epc:idpat:sgtin:8930001.000001.*"}],
    "transformationID": "https://example.org/transformations/7",
    "ilmd": {"cbvmda:lotNumber": "L1"},
    "persistentDisposition": {"set": ["recalled"]},
    "errorDeclaration": {"declarationTime": "2026-03-01T08:00:00+07:00"},
    "recordTime": "2026-03-01T08:00:00+07:00",
    "certificationInfo": ["https://example.org/certificates/7"],
    "bizTransactionList": [{"bizTransaction": "https://example.org/orders/7"}],
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:8930001.00001"}],
    "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 4.5}]}],
}
"""Members that an event is given which has none of that name, whatever its type."""

_AGAIN: Final = "\x7f"
"""Behind a member's name until it is written: the same name again."""


def json_mutations(source: str, document: Any) -> Iterator[Mutation]:
    """Yield every change of every place of a JSON document or event.

    What a prefix stands for is left alone, since it may be anything.

    Args:
        source: the document's name.
        document: its data as `json` parses it.
    """
    for at, value in _places(document):
        if at[0] == "@context" and len(at) > 2:
            continue
        for change, name, new in _changes(at[-1], value):
            place = "".join(f"/{escape_pointer(str(token))}" for token in (*at[:-1], name))
            make = partial(_written, document, at, name, new)
            yield Mutation(source, place.replace(_AGAIN, ""), change, make)
        if isinstance(value, dict) and str(value.get("type", "")).endswith("Event"):
            event = "".join(f"/{escape_pointer(str(token))}" for token in at)
            for name in (one for one in OTHERS if one not in value):
                make = partial(_written, document, (*at, name), name, OTHERS[name])
                yield Mutation(source, f"{event}/{name}", "added", make)


def _places(value: Any, at: At = ()) -> Iterator[tuple[At, Any]]:
    if at:
        yield at, value
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(part, (*at, key))


def _changes(name: str | int, value: Any) -> Iterator[tuple[str, str | int, Any]]:
    """Yield changes of one place: what is done, the new name, the new value; `...` for none."""
    yield "left out", name, ...
    for label, wrong in WRONG_VALUES.items():
        yield f"becomes {label}", name, wrong
    if isinstance(name, str):
        yield "misspelt", f"{name}x", value
        yield "in other case", name[0].swapcase() + name[1:], value
        yield "renamed with a prefix", f"ex:{name}", value
        yield "given twice", name + _AGAIN, value
    if isinstance(value, str):
        for label, change in REWRITTEN.items():
            yield f"becomes {label}", name, change(value)
        yield "in a list", name, [value]
    if name == "type" and isinstance(value, str) and value.endswith("Event"):
        for other in EVENT_TYPES:
            yield f"becomes {other}", name, other
    if isinstance(value, list) and value:
        yield "doubles an entry", name, [*value, value[0]]
        yield "reversed", name, value[::-1]
        yield "in a list", name, [value]
        yield "without its list", name, value[0]
        yield "with null in it", name, [*value, None]
    if isinstance(value, dict):
        yield "with a bare member", name, {**value, "foo": 1}
        yield "with an extension", name, {**value, "ex:foo": 1}
        yield "reversed", name, dict(reversed(value.items()))
        yield "in a list", name, [value]


def _written(document: Any, at: At, name: Any, value: Any) -> bytes:
    """Write the document with another name and value at a place."""
    copy = json.loads(json.dumps(document))
    parent = copy
    for token in at[:-1]:
        parent = parent[token]
    if value is ...:
        del parent[at[-1]]
    elif name == at[-1] or str(name).endswith(_AGAIN):
        parent[name] = value
    else:
        del parent[at[-1]]
        parent[name] = value
    return json.dumps(copy, ensure_ascii=False).replace(_AGAIN, "").encode()
