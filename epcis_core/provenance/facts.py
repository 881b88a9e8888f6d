"""What provenance knows of an event: its time, its step, its places and parties, and what it names.

Facts are made from an event once, when it is captured, and kept as rows; a trace reads them back
without touching the event's body. Every identifier in them is canonical.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical, identifier_in, parse_identifier, party_of
from epcis_core.model.base import Number
from epcis_core.model.elements import BusinessTransaction, Ilmd, Location
from epcis_core.model.events import EpcisEvent, ObjectEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.references import Role, object_lists
from epcis_core.model.times import microseconds
from epcis_core.vocabulary import VocabularyList, bare_word

_MASTER_DATA: Final = "urn:epcglobal:cbv:mda"
_Scalar = str | Number | bool
_Begun = tuple[str, str | None]
"""What an event begins: canonical, and as written if it is an instance."""

_LONGEST_LOT: Final = 64


class Named(NamedTuple):
    """An object in an event.

    Attributes:
        object: canonical identifier.
        role: the part it plays.
        quantity: digits as written, of `uom`; None for an instance or an unstated amount.
        uom: UN/ECE Rec 20; None for a count.
    """

    object: str
    role: Role
    quantity: str | None = None
    uom: str | None = None


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One event as provenance sees it.

    Attributes:
        sequence: its place in the ledger.
        event_id: as given or minted.
        type: the standard's word, or an extension type.
        time: eventTime, microseconds since 1970 UTC.
        offset: the event's own offset, `+07:00`.
        action: ADD, OBSERVE or DELETE; None for a transformation.
        biz_step: bare word of the CBV, or a URI; so is `disposition`.
        read_point: canonical place, where it happened; `biz_location` where the objects are then.
        transformation_id: canonical; joins several events into one transformation.
        transactions: `type identifier` (type may be empty).
        sources: `type identifier`; `destinations` alike.
        named: the objects, in the order of the standard.
        memberships: (member, lot) pairs the event states.
        attributes: (object, name, value) of the lot's or instance's master data.
        organisation: who captured it.
        retracts: the event is an error declaration about the event of the same id.
        reason: why, bare word or URI.
        corrective: events that stand in its place.
    """

    sequence: int
    event_id: str
    type: str
    time: int
    offset: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    transformation_id: str | None
    transactions: tuple[str, ...]
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    named: tuple[Named, ...]
    memberships: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str, str], ...]
    organisation: str
    retracts: bool = False
    reason: str | None = None
    corrective: tuple[str, ...] = ()
    _index: "_Index | None" = field(default=None, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        """Return a hash that does not grow with what the event names; links are hashed often."""
        return hash((self.sequence, self.event_id))

    def take_place(self, sequence: int) -> None:
        """Say where in the ledger the event stands, before anybody else sees its facts."""
        object.__setattr__(self, "sequence", sequence)

    @property
    def place(self) -> str | None:
        """Where it happened: the read point, else the business location."""
        return self.read_point or self.biz_location

    @property
    def site(self) -> str | None:
        """The place without its extension: the rooms of one site are one."""
        return site_of(self.place)

    @property
    def source_places(self) -> list[str]:
        """The locations among the sources, in their order."""
        return _locations(self.sources)

    @property
    def destination_places(self) -> list[str]:
        """The locations among the destinations, in their order."""
        return _locations(self.destinations)

    def objects(self, *roles: Role) -> list[Named]:
        """Return what the event names in any of the given roles, in order."""
        if len(roles) == 1:
            return self._indexed().roles.get(roles[0], [])
        return [named for named in self.named if named.role in roles]

    def of(self, one: str) -> list[Named]:
        """Return where the event names an object, in order."""
        return (self._index or self._indexed()).named.get(one, [])

    def lots_of(self, one: str) -> list[str]:
        """Return the lots that the event says an instance belongs to."""
        return self._indexed().lots.get(one, [])

    def attributes_of(self, one: str) -> list[tuple[str, str]]:
        """Return name and value of the master data that the event gives of a lot or instance."""
        return self._indexed().attributes.get(one, [])

    def _indexed(self) -> "_Index":
        """Return the index of the event; some name thousands of objects and are asked for each."""
        if self._index is None:
            index = _Index()
            for named in self.named:
                index.named.setdefault(named.object, []).append(named)
                index.roles.setdefault(named.role, []).append(named)
            for member, lot in self.memberships:
                index.lots.setdefault(member, []).append(lot)
            for one, name, value in self.attributes:
                index.attributes.setdefault(one, []).append((name, value))
            object.__setattr__(self, "_index", index)
            return index
        return self._index


def _locations(ends: tuple[str, ...]) -> list[str]:
    return [key for kind, _, key in (end.partition(" ") for end in ends) if kind == "location"]


@dataclass(slots=True)
class _Index:
    """What an event says, by object and by role."""

    named: dict[str, list[Named]] = field(default_factory=dict)
    roles: dict[Role, list[Named]] = field(default_factory=dict)
    lots: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


def facts_of(
    event: EpcisEvent,
    namespaces: Namespaces,
    *,
    event_id: str,
    sequence: int = -1,
    organisation: str = "",
) -> EventFacts:
    """Read the facts of an event.

    Args:
        event: an event the rules have passed.
        namespaces: prefixes in force inside it.
        event_id: its own or minted identifier.
        sequence: its place in the ledger; -1 outside one.
        organisation: who captured it.
    """
    members = vars(event)
    named, memberships, begun = _objects(event)
    attributes: list[tuple[str, str, str]] = []
    ilmd = members.get("ilmd")
    if ilmd:
        stated = list(_stated(ilmd, namespaces))
        attributes = [(one, name, value) for one, _ in begun for name, value in stated]
        numbers = [value for name, value in stated if name == f"{_MASTER_DATA}:lotNumber"]
        for one, uri in begun:
            if uri is not None:
                memberships += [pair for n in numbers for pair in _membership(one, uri, n)]
    declaration = event.error_declaration
    return EventFacts(
        sequence=sequence,
        event_id=event_id,
        type=event.type,
        time=microseconds(event.event_time),
        offset=event.event_time_zone_offset,
        action=members.get("action"),
        biz_step=_word(VocabularyList.BIZ_STEP, members.get("biz_step")),
        disposition=_word(VocabularyList.DISPOSITION, members.get("disposition")),
        read_point=_place(members.get("read_point")),
        biz_location=_place(members.get("biz_location")),
        transformation_id=_uri(members.get("transformation_id")),
        transactions=_transactions(members.get("biz_transaction_list")),
        sources=_ends(members.get("source_list"), "source"),
        destinations=_ends(members.get("destination_list"), "destination"),
        named=tuple(named),
        memberships=tuple(sorted(set(memberships))) if memberships else (),
        attributes=tuple(attributes),
        organisation=organisation,
        retracts=declaration is not None,
        reason=_word(VocabularyList.ERROR_REASON, declaration.reason) if declaration else None,
        corrective=(declaration.corrective_event_ids or ()) if declaration else (),
    )


def _objects(event: EpcisEvent) -> tuple[list[Named], list[tuple[str, str]], list[_Begun]]:
    """Return the objects of an event, the lots that their own identifiers tell, and what it begins.

    An ObjectEvent that adds begins its objects, a transformation its outputs.
    """
    members = vars(event)
    named: list[Named] = []
    memberships: list[tuple[str, str]] = []
    begun: list[_Begun] = []
    begins = Role.EPC if type(event) is ObjectEvent and event.action == "ADD" else Role.OUTPUT
    for role, member, _, is_class in object_lists(event):
        value = members[member]
        if not value:
            continue
        if is_class:
            for element in value:
                one, quantity = canonical(element.epc_class), element.quantity
                text = None if quantity is None else quantity.text
                named.append(Named(one, role, text, element.uom))
                if role is begins:
                    begun.append((one, None))
            continue
        for uri in (value,) if role is Role.PARENT else value:
            one = canonical(uri)
            named.append(Named(one, role))
            # Only a Digital Link tells both, and its canonical form leaves the lot out.
            if one != uri and not uri.startswith("urn:"):
                memberships += _membership(one, uri)
            if role is begins:
                begun.append((one, uri))
    return named, memberships, begun


def _word(vocabulary: VocabularyList, value: str | None) -> str | None:
    return None if value is None else bare_word(vocabulary, value)


def _uri(value: str | None) -> str | None:
    return None if value is None else canonical(value)


def _place(location: Location | None) -> str | None:
    return None if location is None else canonical(location.id)


def _transactions(items: Iterable[BusinessTransaction] | None) -> tuple[str, ...]:
    if not items:
        return ()
    found = []
    for item in items:
        kind = bare_word(VocabularyList.BUSINESS_TRANSACTION_TYPE, item.type) if item.type else ""
        found.append(f"{kind} {canonical(item.biz_transaction)}")
    return tuple(found)


def _ends(items: Any, attribute: str) -> tuple[str, ...]:
    """Return sources or destinations: a party by its party key, a place by its place key."""
    if not items:
        return ()
    found = []
    for item in items:
        kind, uri = bare_word(VocabularyList.SOURCE_DEST_TYPE, item.type), getattr(item, attribute)
        key = None if kind == "location" else party_of(uri)
        found.append(f"{kind} {key or canonical(uri)}")
    return tuple(found)


def _stated(ilmd: Ilmd, namespaces: Namespaces) -> Iterator[tuple[str, str]]:
    """Yield name and value of the plain members of an event's ilmd."""
    for key, value in ilmd.items():
        namespace, local = namespaces.expand(key)
        # The XML of the standard's own files leaves out the colon at the end of this namespace.
        name = (
            f"{_MASTER_DATA}:{local}"
            if namespace.rstrip(":#") == _MASTER_DATA
            else namespace + local
        )
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str | Number | bool):
                yield name, _text(one)


def _text(value: _Scalar) -> str:
    if isinstance(value, Number):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _membership(one: str, uri: str, number: str | None = None) -> list[tuple[str, str]]:
    """Return (instance, lot), or nothing for what is no trade item with a serial number.

    Args:
        one: the instance, canonical.
        uri: as written.
        number: the lot's, as the event gives it; None for the one in the identifier itself.
    """
    key = identifier_in(uri)
    lot = number or (key and key.lot)
    if key is None or lot is None or key.gtin is None or key.serial is None:
        return []
    found = _lot(key.gtin, lot) if len(lot) <= _LONGEST_LOT else _lot.__wrapped__(key.gtin, lot)
    return [] if found is None else [(one, found)]


@lru_cache(1 << 12)
def _lot(gtin: str, number: str) -> str | None:
    """Return the canonical lot; None for a number that GS1 does not allow."""
    try:
        return parse_identifier(f"(01){gtin}(10){number}").digital_link()
    except IdentifierError:
        return None


def site_of(place: str | None) -> str | None:
    """Return the site that a place is part of: its number without extension."""
    return None if place is None else place.partition("/254/")[0]
