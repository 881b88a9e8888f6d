"""Judging one document by a profile: its events as they come, its master data at the end.

What an event can say itself is judged at once. What may stand in the document's master data waits
for the end of the document, since a header may follow the events. An error declaration only repeats
the event that it takes back, and of an event of another vocabulary too little is known; neither is
judged.

References:
    docs/profiles.md
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from epcis_core.errors import IdentifierError
from epcis_core.findings import Finding, Phrase, Where, Wording, capped, finding, phrase
from epcis_core.identifiers import parse_identifier, party_of, place_of
from epcis_core.model.elements import Destination, Location, Source
from epcis_core.model.events import EpcisEvent, ExtensionEvent, ObjectEvent, TransformationEvent
from epcis_core.model.master_data import Vocabulary, attribute_name, element_key
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.references import ObjectReference, Role, object_references
from epcis_core.rules.profiles import About, Fact, Moment, Profile, Requirement
from epcis_core.vocabulary import VocabularyList, bare_word

_LOT_NUMBER: Final = attribute_name("cbvmda:lotNumber")
_OWNERS: Final = ("urn:epcglobal:cbv:owning_party", "urn:epcglobal:cbv:possessing_party")
_PARTIES: Final = ("owning_party", "possessing_party")
_TAKING: Final = frozenset({"receiving", "accepting", "arriving"})
_MEMBERS: Final[dict[Fact, str]] = {
    "source": "source_list",
    "destination": "destination_list",
    "document": "biz_transaction_list",
    "certification": "certification_info",
}
_PRODUCT: Final = "https://id.gs1.org/01/"
_PLACE: Final = "https://id.gs1.org/414/"
_PARTY: Final = "https://id.gs1.org/417/"


_Awaited = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Subject:
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
    facts: frozenset[Fact] = frozenset()


class ProfileCheck:
    """What one document lacks by a profile: each event in its order, then the master data once.

    Args:
        profile: what is asked for.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._awaiting: dict[_Awaited, tuple[Requirement, Finding]] = {}

    def event(
        self, event: EpcisEvent, namespaces: Namespaces, locate: Callable[[str], Where]
    ) -> Iterator[Finding]:
        """Yield what an event lacks and no master data can supply.

        Args:
            event: an event whose structure is right.
            namespaces: the prefixes in force inside it.
            locate: turns a pointer from the event's root into a place in the file.
        """
        if event.error_declaration is not None or isinstance(event, ExtensionEvent):
            return
        seen = _Seen(event, namespaces)
        objects = {
            name: seen.objects(moment)
            for name, moment in self._profile.moments.items()
            if seen.is_at(moment)
        }
        for requirement in self._profile.requirements:
            named = [objects[name] for name in requirement.when if name in objects]
            lacking = []
            for subject in seen.subjects(requirement.about, named) if named else ():
                if seen.satisfies(requirement, subject):
                    continue
                awaited = _awaited(requirement, subject)
                if awaited in self._awaiting:
                    continue
                found = self._finding(requirement, subject, locate(subject.pointer))
                if awaited is None:
                    lacking.append(found)
                else:
                    self._awaiting[awaited] = (requirement, found)
            yield from capped(lacking)

    def master_data(self, vocabularies: Iterable[Vocabulary]) -> Iterator[Finding]:
        """Yield what the events awaited of the document's master data, and is not there.

        Args:
            vocabularies: the document's master data.
        """
        known = _Known(vocabularies)
        for (_, key, _), (requirement, found) in self._awaiting.items():
            party = requirement.about == "party"
            told = known.of_party(key) if party else known.of_product(key)
            if told.isdisjoint(map(_full_name, requirement.master_data)):
                yield found

    def _finding(self, requirement: Requirement, subject: _Subject, at: Where) -> Finding:
        found = finding(
            "profile_requirement",
            at=at,
            profile=self._profile.name,
            requirement=requirement.id,
            sentence=Wording(requirement.in_every_language()),
            subject=subject.name,
        )
        return replace(found, severity=requirement.severity, clause=requirement.clause)


class _Seen:
    """One event, as the requirements look at it."""

    def __init__(self, event: EpcisEvent, namespaces: Namespaces) -> None:
        self._event = event
        self._step = _word(getattr(event, "biz_step", None))
        self._ilmd = {
            attribute_name(name, namespaces)
            for name, value in (getattr(event, "ilmd", None) or {}).items()
            if value not in ("", [], {}, None)
        }
        self._begun = _begun(event)
        self._items = [item for one in object_references(event) if (item := _item(one))]
        self._facts = {
            fact for fact, name in _MEMBERS.items() if getattr(event, name, None) not in (None, ())
        }
        if self._locations():
            self._facts.add("place")
        if any(place_of(location.id) for _, location in self._locations()):
            self._facts.add("place_code")
        self._itself = _Subject(phrase("this_event"))

    def is_at(self, moment: Moment) -> bool:
        """Tell whether the event is of a kind."""
        return (
            (not moment.types or self._event.type in moment.types)
            and (not moment.biz_steps or self._step in map(_word, moment.biz_steps))
            and (moment.objects == "named" or bool(self.objects(moment)))
        )

    def objects(self, moment: Moment) -> list[_Subject]:
        """Return the trade items that a moment means, in the order of the standard."""
        if moment.objects == "named":
            return self._items
        roles = self._begun if moment.objects == "begun" else {Role.INPUT}
        return [one for one in self._items if one.role in roles]

    def subjects(self, about: About, named: list[list[_Subject]]) -> Iterable[_Subject]:
        """Return who or what must have something, out of the objects that moments mean."""
        match about:
            case "object":
                return dict.fromkeys(subject for some in named for subject in some)
            case "party":
                return [self._party()]
            case "event":
                return [self._itself]

    def satisfies(self, requirement: Requirement, subject: _Subject) -> bool:
        """Tell whether the event itself says what is asked for."""
        # Master data of a lot is about what the event begins, not about what it uses up.
        ilmd = self._ilmd if subject.role is None or subject.role in self._begun else set()
        facts = self._facts | subject.facts
        if _LOT_NUMBER in ilmd and subject.role is not None:
            facts.add("lot_or_serial")
        return not (
            facts.isdisjoint(requirement.has) and ilmd.isdisjoint(map(_full_name, requirement.ilmd))
        )

    def _locations(self) -> list[tuple[str, Location]]:
        members = (("readPoint", "read_point"), ("bizLocation", "biz_location"))
        given = ((name, getattr(self._event, field, None)) for name, field in members)
        return [(f"/{name}/id", location) for name, location in given if location is not None]

    def _place(self) -> _Subject:
        for pointer, location in self._locations():
            return _Subject(location.id, pointer, element_key(location.id))
        return self._itself

    def _party(self) -> _Subject:
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
                return _Subject(uri, f"/{name}List/{index}/{name}", key)
        return self._place()


class _Known:
    """What a document's master data says."""

    def __init__(self, vocabularies: Iterable[Vocabulary]) -> None:
        self._attributes: dict[str, set[str]] = {}
        self._owners: dict[str, str] = {}
        for vocabulary in vocabularies:
            for element in vocabulary.vocabulary_element_list:
                key = element_key(element.id)
                known = self._attributes.setdefault(key, set())
                for attribute in element.attributes:
                    if attribute.attribute in (None, "", {}):
                        continue
                    known.add(attribute_name(attribute.id))
                    if attribute.id in _OWNERS and isinstance(attribute.attribute, str):
                        owner = attribute.attribute
                        self._owners.setdefault(key, party_of(owner) or element_key(owner))

    def of_product(self, key: str) -> set[str]:
        """Return the names of what is said of a product."""
        return self._attributes.get(key, set())

    def of_party(self, key: str) -> set[str]:
        """Return the names of what is said of a party, or of the party of a place.

        That is the owner of the place or of its site, or else who has the site's own number. One
        number may stand for a party and its place.
        """
        site = key.partition("/254/")[0]
        number = site.removeprefix(_PLACE)
        own = _PARTY + number if number != site else key
        party = self._owners.get(key) or self._owners.get(site) or own
        place = _PLACE + party.removeprefix(_PARTY)
        return self._attributes.get(party, set()) | self._attributes.get(place, set())


def _awaited(requirement: Requirement, subject: _Subject) -> _Awaited | None:
    """Return under what master data may still supply it; None where it cannot."""
    if not requirement.master_data or subject.key is None:
        return None
    # Where a lot may say it itself each lot is told, else each product or party once.
    lot = str(subject.name) if requirement.has or requirement.ilmd else ""
    return requirement.id, subject.key, lot


def _begun(event: EpcisEvent) -> set[Role]:
    """Return the part that objects play whose life the event begins."""
    if isinstance(event, TransformationEvent):
        return {Role.OUTPUT}
    return {Role.EPC} if isinstance(event, ObjectEvent) and event.action == "ADD" else set()


def _item(reference: ObjectReference) -> _Subject | None:
    """Return a trade item, or what may be one; None for containers, assets and documents."""
    facts: set[Fact] = set()
    if not reference.is_class or reference.quantity is not None:
        facts.add("quantity")
    try:
        identifier = parse_identifier(reference.uri)
    except IdentifierError:
        # A scheme of EPCs without a key of GS1, such as `bic` for freight containers.
        if reference.role is Role.PARENT or reference.uri.startswith("urn:epc:id:"):
            return None
        return _Subject(reference.uri, reference.pointer, None, reference.role, frozenset(facts))
    if identifier.gtin is None:
        return None
    facts.add("gtin")
    if identifier.lot or identifier.serial:
        facts.add("lot_or_serial")
    key = _PRODUCT + identifier.gtin
    return _Subject(reference.uri, reference.pointer, key, reference.role, frozenset(facts))


def _word(step: str | None) -> str | None:
    return None if step is None else bare_word(VocabularyList.BIZ_STEP, step)


@cache
def _full_name(attribute: str) -> str:
    """Return the one spelling of an attribute that a profile names."""
    return attribute_name(attribute)
