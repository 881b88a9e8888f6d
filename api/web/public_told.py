"""What a ledger and the registry say of goods that are to be published, as far as it is public.

Read through the eyes of who publishes: what they may not see, nobody sees by them. Of others only
those are named that agreed to it, or that have published the very thing themselves; nor is a place
named that belongs to one who did not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, get_args

from api.web import times
from api.web.event_page import facts_of_stored
from api.web.public_content import Origin, PublicContent, Stage, What
from epcis_core.access.visibility import belongs
from epcis_core.identifiers import Identifier
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.result import Trace, Visit
from epcis_core.provenance.steps import COMMISSIONING, SELLING, TAKING
from epcis_core.rules.retention import FOR_EVER, Concern, kept_until, shipped_rules
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.events import events_by_id
from epcis_core.store.ledger import Ledger
from epcis_core.store.master_data import local_name
from epcis_core.store.names import PARTY, PLACE, Names
from epcis_core.store.registry.organisations import belongings, find_organisation, own_of
from epcis_core.store.registry.places import place_of
from epcis_core.store.registry.publications import latest_of, public_parties
from epcis_core.store.view import View

_LINEAGE: Final = frozenset({"subject", "upstream", "both"})
_GOODS: Final = frozenset({"lot", "instance"})
_MAKING: Final = frozenset({COMMISSIONING, "creating_class_instance"})
_PACKING: Final = frozenset({"packing", "repackaging"})
_HARVEST: Final = ("harvestStartDate", "harvestEndDate")
_COUNTRY: Final = ("countryOfOrigin", "countryCode")
_FRESH: Final = timedelta(days=60)
"""How long before goods are made their harvest may be: salt is no fresh produce of fish sauce."""

_MOST_STAGES: Final = 30
_MOST_VISITS: Final = 1000
"""Of a lot of many items, so many first and so many last ones are looked at."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be published, by whom.

    Attributes:
        thing: a lot, item or product, canonical.
        organisation: who publishes; empty for the authority.
        view: through whose eyes.
        with_stages: whether what happened to it is shown.
        with_certificates: whether the publisher's certificates are.
    """

    thing: str
    organisation: str
    view: View
    with_stages: bool = True
    with_certificates: bool = True


class Told:
    """What is told of one thing."""

    def __init__(
        self, ledger: Ledger, books: Bookkeeping, wish: Wish, names: Names, trace: Trace
    ) -> None:
        self._books, self._wish, self._names, self._trace = books, wish, names, trace
        # What carried it is packaging: when crates were made and sent says nothing of the goods.
        self._lineage = {
            one.id: None
            for one in trace.objects
            if one.role in _LINEAGE and one.kind in _GOODS and not one.disputed
        }
        self._visits = [
            one for one in trace.visits if one.object in self._lineage and not one.disputed
        ]
        if len(self._visits) > 2 * _MOST_VISITS:
            self._visits = [*self._visits[:_MOST_VISITS], *self._visits[-_MOST_VISITS:]]
        events = dict.fromkeys(one.event for one in self._visits)
        found = (facts_of_stored(one) for one in events_by_id(ledger, wish.view, [*events]))
        self._facts = {one.event_id: one for one in found if not one.retracts}
        self._public = public_parties(books)
        if wish.organisation:
            with books.reading() as connection:
                self._public[wish.organisation] = own_of(connection, wish.organisation)
        self._hidden = {
            party: own for party, own in belongings(books).items() if party not in self._public
        }
        self._owners = names.owners()
        self._is_hidden: dict[tuple[str, str], bool] = {}
        self._begun = {
            (link.to, link.event) for link in trace.links if link.kind == "transformation"
        }
        with books.reading() as connection:
            others = [one for one in self._lineage if one != wish.thing]
            latest = latest_of(connection, others) if others else {}
        self._of_others = [
            PublicContent.model_validate_json(one.content) for one in latest.values()
        ]
        self.attributes = self._attributes_of(wish.thing)

    def maker(self) -> tuple[str, str]:
        """Return name and address of who answers for the goods: who publishes, else who made."""
        party = self._wish.organisation or next(
            (one.party for one in self._visits if self._makes(one) and one.party), ""
        )
        known = self._names.party(party)
        listed = find_organisation(self._books, party)
        name = known.get("name") or (listed.name if listed is not None else "")
        address = _address(known)
        if not address and listed is not None:
            address = listed.contact.get("address", "")
        return str(name), address

    def origin(self, key: Identifier) -> Origin:
        """Return where the goods come from, as far as that is public."""
        product = self._names.product(key.gtin or "")
        said = [self.attributes, *(self._attributes_of(one) for one in self._lineage)]
        country = next(
            (str(one[name]) for one in (*said, product) for name in _COUNTRY if one.get(name)), ""
        )
        if self.harvested() is not None:
            for one in self._of_others:
                if one.harvested is not None and one.origin.place:
                    return one.origin.model_copy(update={"country": country or one.origin.country})
        first = self._first_place()
        place = self._place(first)
        return Origin(
            country=country,
            place=_named(place),
            latitude=_rounded(place.get("latitude")),
            longitude=_rounded(place.get("longitude")),
        )

    def _first_place(self) -> str | None:
        """Return where fresh produce was harvested, and where anything else was made."""
        is_fresh = self.harvested() is not None
        for one in self._visits:
            harvested = is_fresh and self._what(one) == "harvested"
            made = not is_fresh and one.object == self._wish.thing and self._makes(one)
            if (harvested or made) and (party := self._public_party(one)) is not None:
                return self._tellable(one.place, party)
        return None

    def made_on(self) -> str | None:
        """Return the day on which the thing was made, by its events."""
        made = [one for one in self._visits if one.object == self._wish.thing and self._makes(one)]
        return _here(made[0].time) if made else None

    def harvested(self) -> str | None:
        """Return the first day on which fresh produce was harvested, as far as that is public."""
        said = [
            self._attributes_of(one.object)
            for one in self._visits
            if one.object == self._wish.thing or self._public_party(one) is not None
        ]
        days = [day for one in said for name in _HARVEST if (day := day_of(one.get(name)))]
        days += [one.harvested for one in self._of_others if one.harvested is not None]
        first = min(days, default=None)
        made = day_of(self.attributes.get("productionDate")) or self.made_on() or first
        if first is None or made is None:
            return None
        is_fresh = date.fromisoformat(made) - date.fromisoformat(first) <= _FRESH
        return first if is_fresh else None

    def stages(self) -> Iterator[Stage]:
        """Yield what each party did, in order: each thing that it did once."""
        found: dict[tuple[What, str], list[tuple[str, str, str]]] = {}
        named = {self._name_of(one) for one in self._public}
        for stage in (
            stage
            for one in self._of_others
            for stage in one.stages
            if stage.party in {*named, one.maker}  # who agreed then may not agree any more
        ):
            days = [(day, "", stage.place) for day in (stage.day, stage.until)]
            found.setdefault((stage.what, stage.party), []).extend(days)
        for one in self._visits:
            what = self._what(one)
            party = self._public_party(one)
            if what is not None and party is not None:
                place = _named(self._place(self._tellable(one.place, party)))
                where = (_here(one.time), one.time, place)
                found.setdefault((what, self._name_of(party)), []).append(where)
        order = get_args(What)
        in_time = sorted(found, key=lambda one: (min(found[one])[:2], order.index(one[0]), one[1]))
        for what, party in in_time[:_MOST_STAGES]:
            days = found[what, party]
            (day, _, place), until = min(days), max(days)[0]
            yield Stage(what=what, party=party, place=place, day=day, until=until)

    def kept_until(self, key: Identifier) -> str | None:
        """Return the day until which the last of the records is kept."""
        own = [self._facts[one.event] for one in self._visits if one.event in self._facts]
        if not own:
            return None
        concern = Concern(
            max(one.time for one in own),
            frozenset({key.gtin} if key.gtin else ()),
            frozenset((name, str(value)) for one in own for _, name, value in one.attributes),
        )
        until = kept_until(shipped_rules(), concern).until
        return None if until >= FOR_EVER else times.here_at(until).date().isoformat()

    def _what(self, visit: Visit) -> What | None:
        """Return what happened at a visit, where everybody may be told; else None."""
        if visit.inside is None and self._makes(visit):
            if any(self._attributes_of(visit.object).get(name) for name in _HARVEST):
                return "harvested"
            return "packed" if visit.biz_step in _PACKING else "made"
        if visit.biz_step in _PACKING:
            return "packed"
        if visit.biz_step in TAKING:
            return "received"
        return "sold" if visit.biz_step in SELLING else None

    def _makes(self, visit: Visit) -> bool:
        """Tell whether a thing began at a visit."""
        is_new = visit.biz_step in _MAKING and self._adds(self._facts.get(visit.event))
        return is_new or (visit.object, visit.event) in self._begun

    def _adds(self, facts: EventFacts | None) -> bool:
        return facts is not None and facts.action == "ADD"

    def _public_party(self, visit: Visit) -> str | None:
        """Return whom a visit is told of, where they may be named; else None.

        It is whom the records name, or whose the place is; for the authority, who made the thing.
        """
        if visit.party in self._public:
            return visit.party
        for party, own in self._public.items():
            if any(one and belongs(one, own) for one in (visit.party, visit.place)):
                return party
        of_maker = visit.object == self._wish.thing and self._makes(visit)
        return visit.party if of_maker and not self._wish.organisation else None

    def _attributes_of(self, thing: str) -> Mapping[str, str]:
        return {
            local_name(name): value
            for one in self._facts.values()
            for named, name, value in one.attributes
            if named == thing
        }

    def _name_of(self, party: str) -> str:
        known = self._names.party(party).get("name")
        listed = None if known else find_organisation(self._books, party)
        return str(known or (party.removeprefix(PARTY) if listed is None else listed.name))

    def _tellable(self, place: str | None, party: str) -> str | None:
        """Return where a party was; None for a place of somebody else who is not to be named."""
        if place is not None and (place, party) not in self._is_hidden:
            others = (own for one, own in self._hidden.items() if one != party)
            is_others = self._owners.get(place, party) not in {party, *self._public} or any(
                belongs(place, own) for own in others
            )
            is_own = belongs(place, self._public.get(party, ()))
            self._is_hidden[place, party] = is_others and not is_own
        return None if place is None or self._is_hidden[place, party] else place

    def _place(self, place: str | None) -> Mapping[str, Any]:
        """Return what master data say of a place, else the list of whom it may be told of."""
        known = {} if place is None else self._names.place(place)
        if place is None or known.get("name"):
            return known
        code = place.removeprefix(PLACE).replace("/254/", "/")
        listed = place_of(self._books, code) or place_of(self._books, code.partition("/")[0])
        if listed is None or listed.organisation not in self._public:
            return known
        return {
            "name": listed.name,
            "city": listed.unit_now,
            "latitude": listed.lat,
            "longitude": listed.lon,
        }


def _named(place: Mapping[str, Any]) -> str:
    """Return the name of a place and its town; nothing where it has no name."""
    named = (str(place[name]) for name in ("name", "city") if place.get(name))
    return ", ".join(dict.fromkeys(named))


def _address(known: Mapping[str, Any]) -> str:
    parts = ("streetAddressOne", "city", "state")
    return ", ".join(str(known[name]) for name in parts if known.get(name))


def _rounded(value: object) -> float | None:
    """Return degrees to a hundredth, so that a point shows a village and not a house."""
    try:
        return None if value is None else round(float(str(value)), 2)
    except ValueError:
        return None


def day_of(text: object) -> str | None:
    """Return the day of a date or time as it was written; None where it is neither."""
    try:
        return date.fromisoformat(str(text)[:10]).isoformat()
    except ValueError:
        return None


def _here(time: str) -> str:
    return times.here(time).date().isoformat()
