"""One event as the requirements of a profile look at it: what it says, where, and about whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from epcis_core.errors import IdentifierError
from epcis_core.findings import Phrase, escape_pointer, phrase
from epcis_core.identifiers import parse_identifier, party_of, place_of
from epcis_core.model.base import Number
from epcis_core.model.elements import Destination, Location, Source
from epcis_core.model.events import EpcisEvent, ObjectEvent, TransformationEvent
from epcis_core.model.master_data import attribute_name, element_key
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.references import ObjectReference, Role, object_references
from epcis_core.rules.profiles import About, Fact, Moment, Requirement
from epcis_core.vocabulary import VocabularyList, bare_word

PRODUCT: Final = "https://id.gs1.org/01/"
"""What the key of a product starts with; its GTIN of 14 digits follows."""

_LOT_NUMBER: Final = attribute_name("cbvmda:lotNumber")
_PARTIES: Final = ("owning_party", "possessing_party")
_TAKING: Final = frozenset({"receiving", "accepting", "arriving"})
_MEMBERS: Final[dict[Fact, tuple[str, str]]] = {
    "source": ("source_list", "sourceList"),
    "destination": ("destination_list", "destinationList"),
    "document": ("biz_transaction_list", "bizTransactionList"),
    "certification": ("certification_info", "certificationInfo"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """Something that an event says.

    Attributes:
        way: the fact or the attribute, as the profile names it.
        value: as text.
        pointer: JSON Pointer from the event's root; cutting what it points at unsays it.
    """

    way: str
    value: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what must have something.

    Attributes:
        name: its identifier as written, or words for the event.
        pointer: where the event names it.
        key: under which master data would speak of it; None where it cannot.
        role: the part that an object plays; None for all else.
        facts: what the object's identifier and amount say.
    """

    name: str | Phrase
    pointer: str = ""
    key: str | None = None
    role: Role | None = None
    facts: tuple[Told, ...] = ()


class SeenEvent:
    """One event, as the requirements look at it.

    Args:
        event: an event whose structure is right.
        namespaces: the prefixes in force inside it.
    """

    def __init__(self, event: EpcisEvent, namespaces: Namespaces) -> None:
        self._event = event
        self._step = _word(getattr(event, "biz_step", None))
        self._ilmd = {
            attribute_name(name, namespaces): (name, value)
            for name, value in (getattr(event, "ilmd", None) or {}).items()
            if value not in ("", [], {}, None)
        }
        self._begun = _begun(event)
        named = [(one, _item(one)) for one in object_references(event)]
        self._items = [item for _, item in named if item]
        self._assets = [_asset(one) for one, item in named if item is None]
        self._facts = list(self._stated())
        self._itself = Subject(phrase("this_event"))

    def is_at(self, moment: Moment) -> bool:
        """Tell whether the event is of a kind, with the trade items that this means."""
        return self.is_of(moment) and (moment.objects == "named" or bool(self.objects(moment)))

    def is_of(self, moment: Moment) -> bool:
        """Tell whether the event is of a kind, whatever it names."""
        return (not moment.types or self._event.type in moment.types) and (
            not moment.biz_steps or self._step in map(_word, moment.biz_steps)
        )

    def objects(self, moment: Moment) -> list[Subject]:
        """Return the trade items that a moment means, in the order of the standard."""
        return [one for one in self._items if self._is_meant(one, moment)]

    def assets(self, moment: Moment) -> list[Subject]:
        """Return what else a moment means: pallets, crates, and animals under a number of assets.

        Which of these are goods the event cannot tell.
        """
        return [one for one in self._assets if self._is_meant(one, moment)]

    def subjects(self, about: About, named: list[list[Subject]]) -> Iterable[Subject]:
        """Return who or what must have something, out of the objects that moments mean."""
        match about:
            case "object":
                return dict.fromkeys(subject for some in named for subject in some)
            case "party":
                return [self._party()]
            case "event":
                return [self._itself]

    def told(self, requirement: Requirement, subject: Subject) -> list[Told]:
        """Return what the event itself says of what is asked for, each in its own way."""
        # Master data of a lot is about what the event begins, not about what it uses up.
        ilmd = self._ilmd if subject.role is None or subject.role in self._begun else {}
        facts = [*self._facts, *subject.facts]
        if _LOT_NUMBER in ilmd and subject.role is not None:
            facts.append(self._attribute(_LOT_NUMBER, "lot_or_serial"))
        return [one for one in facts if one.way in requirement.has] + [
            self._attribute(full_name(name), name)
            for name in requirement.ilmd
            if full_name(name) in ilmd
        ]

    def attribute(self, name: str) -> str | None:
        """Return what the lot's or instance's master data say under a name; None for nothing."""
        written = self._ilmd.get(full_name(name))
        return None if written is None else value_words(written[1])

    @property
    def type(self) -> str:
        """The type of the event, a word of the standard."""
        return self._event.type

    @property
    def names_who_did_it(self) -> bool:
        """Whether it says who did it, by its lists or by a place."""
        return self._party() is not self._itself

    @property
    def day(self) -> date:
        """The day of the event where it happened."""
        return date.fromisoformat(self._event.event_time[:10])

    def _is_meant(self, one: Subject, moment: Moment) -> bool:
        match moment.objects:
            case "begun":
                return one.role in self._begun
            case "used":
                return one.role is Role.INPUT
            case "named":
                return True

    def _attribute(self, name: str, way: str) -> Told:
        written, value = self._ilmd[name]
        return Told(way, value_words(value), f"/ilmd/{escape_pointer(written)}")

    def _stated(self) -> Iterator[Told]:
        """Yield what the event's own members say, whatever it names."""
        event = self._event
        yield Told("time", event.event_time, "/eventTime")
        for pointer, location in self._locations():
            yield Told("place", location.id, pointer)
            if place_of(location.id):
                yield Told("place_code", location.id, pointer)
        for fact, (field, name) in _MEMBERS.items():
            given = getattr(event, field, None)
            if given not in (None, ()):
                yield Told(fact, _listed(given), f"/{name}")

    def _locations(self) -> list[tuple[str, Location]]:
        members = (("readPoint", "read_point"), ("bizLocation", "biz_location"))
        given = ((name, getattr(self._event, field, None)) for name, field in members)
        return [(f"/{name}/id", location) for name, location in given if location is not None]

    def _place(self) -> Subject:
        for pointer, location in self._locations():
            return Subject(location.id, pointer, element_key(location.id))
        return self._itself

    def _party(self) -> Subject:
        """Return who did it: the taker where it is received, else the giver, else the place."""
        takes = self._step in _TAKING
        name, field = ("destination", "destination_list") if takes else ("source", "source_list")
        ends: tuple[Source | Destination, ...] = getattr(self._event, field, None) or ()
        kinds = [bare_word(VocabularyList.SOURCE_DEST_TYPE, end.type) for end in ends]
        for kind in _PARTIES:
            if kind in kinds:
                index = kinds.index(kind)
                uri = getattr(ends[index], name)
                key = party_of(uri) or element_key(uri)
                return Subject(uri, f"/{name}List/{index}/{name}", key)
        return self._place()


@cache
def full_name(attribute: str) -> str:
    """Return the one spelling of an attribute that a profile names."""
    return attribute_name(attribute)


def value_words(value: Any) -> str:
    """Return what an attribute says, as text; a list joined by commas."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, list | tuple):
        return ", ".join(map(value_words, value))
    return str(value)


def _listed(given: Any) -> str:
    """Return what a member says, as text: URIs, or the ends and documents of a list."""
    names = ("source", "destination", "biz_transaction")
    parts = given if isinstance(given, tuple | list) else [given]
    return ", ".join(
        next((str(value) for name in names if (value := getattr(one, name, None))), str(one))
        for one in parts
    )


def _begun(event: EpcisEvent) -> set[Role]:
    """Return the part that objects play whose life the event begins."""
    if isinstance(event, TransformationEvent):
        return {Role.OUTPUT}
    return {Role.EPC} if isinstance(event, ObjectEvent) and event.action == "ADD" else set()


def _item(reference: ObjectReference) -> Subject | None:
    """Return a trade item, or what may be one; None for containers, assets and documents."""
    facts = []
    pointer = reference.pointer
    if not reference.is_class:
        facts.append(Told("quantity", "1", pointer))
    elif reference.quantity is not None:
        text = " ".join(filter(None, [reference.quantity.text, reference.uom]))
        facts.append(Told("quantity", text, f"{pointer.removesuffix('/epcClass')}/quantity"))
    try:
        identifier = parse_identifier(reference.uri)
    except IdentifierError:
        # A scheme of EPCs without a key of GS1, such as `bic` for freight containers.
        if reference.role is Role.PARENT or reference.uri.startswith("urn:epc:id:"):
            return None
        return Subject(reference.uri, pointer, None, reference.role, tuple(facts))
    if identifier.gtin is None:
        return None
    facts.append(Told("gtin", identifier.gtin, pointer))
    if number := identifier.serial or identifier.lot:
        facts.append(Told("lot_or_serial", number, pointer))
    key = PRODUCT + identifier.gtin
    return Subject(reference.uri, pointer, key, reference.role, tuple(facts))


def _asset(reference: ObjectReference) -> Subject:
    """Return what is no trade item by its number, as one of its kind."""
    pointer, number = reference.pointer, reference.uri.rpartition("/")[2].rpartition(":")[2]
    facts = (Told("quantity", "1", pointer), Told("lot_or_serial", number, pointer))
    return Subject(reference.uri, pointer, None, reference.role, facts)


def _word(step: str | None) -> str | None:
    return None if step is None else bare_word(VocabularyList.BIZ_STEP, step)
