"""Judging one document by a profile: its events as they come, its master data at the end.

What an event can say itself is judged at once. What may stand in the document's master data waits
for the end of the document, since a header may follow the events. An error declaration only repeats
the event that it takes back, and of an event of another vocabulary too little is known; neither is
judged.

References:
    docs/profiles.md
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from epcis_core.findings import Finding, Where, Wording, capped, finding
from epcis_core.identifiers import party_of
from epcis_core.model.events import EpcisEvent, ExtensionEvent
from epcis_core.model.master_data import Vocabulary, attribute_name, element_key
from epcis_core.model.namespaces import Namespaces
from epcis_core.rules.plausible_values import doubts_of_value
from epcis_core.rules.profiles import Profile, Requirement
from epcis_core.rules.seen_event import SeenEvent, Subject, Told, full_name

_OWNERS: Final = ("urn:epcglobal:cbv:owning_party", "urn:epcglobal:cbv:possessing_party")
_PLACE: Final = "https://id.gs1.org/414/"
_PARTY: Final = "https://id.gs1.org/417/"

_Awaited = tuple[str, str, str]


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
        """Yield what an event lacks and no master data can supply, and what is hardly true in it.

        Args:
            event: an event whose structure is right.
            namespaces: the prefixes in force inside it.
            locate: turns a pointer from the event's root into a place in the file.
        """
        if event.error_declaration is not None or isinstance(event, ExtensionEvent):
            return
        seen = SeenEvent(event, namespaces)
        objects = {
            name: seen.objects(moment)
            for name, moment in self._profile.moments.items()
            if seen.is_at(moment)
        }
        values: dict[str, Told] = {}
        for requirement in self._profile.requirements:
            named = [objects[name] for name in requirement.when if name in objects]
            lacking = []
            for subject in seen.subjects(requirement.about, named) if named else ():
                if told := seen.told(requirement, subject):
                    values |= {one.pointer: one for one in told}
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
        for one in values.values():
            yield from doubts_of_value(one.way, one.value, seen, locate(one.pointer))

    def master_data(self, vocabularies: Iterable[Vocabulary]) -> Iterator[Finding]:
        """Yield what the events awaited of the document's master data, and is not there.

        Args:
            vocabularies: the document's master data.
        """
        known = _Known(vocabularies)
        for (_, key, _), (requirement, found) in self._awaiting.items():
            party = requirement.about == "party"
            told = known.of_party(key) if party else known.of_product(key)
            if told.isdisjoint(map(full_name, requirement.master_data)):
                yield found

    def _finding(self, requirement: Requirement, subject: Subject, at: Where) -> Finding:
        found = finding(
            "profile_requirement",
            at=at,
            profile=self._profile.name,
            requirement=requirement.id,
            sentence=Wording(requirement.in_every_language()),
            subject=subject.name,
        )
        return replace(found, severity=requirement.severity, clause=requirement.clause)


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


def _awaited(requirement: Requirement, subject: Subject) -> _Awaited | None:
    """Return under what master data may still supply it; None where it cannot."""
    if not requirement.master_data or subject.key is None:
        return None
    # Where a lot may say it itself each lot is told, else each product or party once.
    lot = str(subject.name) if requirement.has or requirement.ilmd else ""
    return requirement.id, subject.key, lot
