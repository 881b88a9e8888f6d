"""The answer to a trace: one value, and every way of showing it starts from here.

All identifiers are canonical; all times are UTC text with `Z`; lists are ordered by time, then id.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from epcis_core.provenance.steps import SELLING

ObjectKind = Literal["lot", "instance", "container", "class", "other"]
ObjectRole = Literal["subject", "upstream", "downstream", "both", "carrier", "content"]
LinkKind = Literal["transformation", "membership", "containment", "association"]
Direction = Literal["upstream", "downstream", "both"]
Side = Literal["upstream", "downstream"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class LastSeen(_Part):
    """Where and when the records last show an object."""

    time: str
    place: str | None = None
    party: str | None = None
    biz_step: str | None = None
    disposition: str | None = None


class Amount(_Part):
    """A quantity with its unit; `uom` None is a count of items."""

    value: str
    uom: str | None = None


class TracedObject(_Part):
    """One lot, instance, container or class of the answer.

    Attributes:
        role: how it relates to the subject; `upstream` and `downstream` are lineage alone.
        steps: least number of lineage links from the subject; None for what merely carried it.
        disputed: the records make the relation likely but do not prove it.
    """

    id: str
    kind: ObjectKind
    role: ObjectRole
    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    name: str | None = None
    expiry: str | None = None
    steps: int | None = None
    disputed: bool = False
    last_seen: LastSeen | None = None


class Link(_Part):
    """One object became, belongs to, was inside, or was attached to another.

    Attributes:
        from_: the input, member, content or attached object.
        to: the output, lot, container or carrier.
        until: when a containment or association ended; None while it lasts.
        quantity: of a transformation, the input's.
    """

    from_: Annotated[str, Field(alias="from")]
    to: str
    kind: LinkKind
    input_event: str | None = None
    input_time: str | None = None
    event: str | None = None
    time: str | None = None
    until: str | None = None
    quantity: Amount | None = None
    disputed: bool = False


class ContainerLoad(_Part):
    """What a container in question held from when it was empty until it was empty again.

    Attributes:
        time: when the first of it was put in.
        until: when the last of it was out; None while anything is in.
        shown: the answer is of this load.
    """

    time: str
    until: str | None = None
    shown: bool = False


class Handover(_Part):
    """Objects went from one party to another.

    Attributes:
        objects: lots and instances of the answer that changed hands, not their containers.
        carrier: a party that possessed them on the way and only transported.
        basis: by which kind of party the change of hands was recognised.
        confirmed: who reported it.
        unseen: whether the other side reported it is not shown to whoever asks.
    """

    objects: tuple[str, ...]
    containers: tuple[str, ...] = ()
    quantity: Amount | None = None
    from_party: str | None = None
    to_party: str | None = None
    carrier: str | None = None
    from_place: str | None = None
    to_place: str | None = None
    shipped: str | None = None
    received: str | None = None
    shipped_at: str | None = None
    received_at: str | None = None
    basis: Literal["owner", "possessor", "place"]
    confirmed: Literal["both", "sender", "receiver"]
    unseen: bool = False
    disputed: bool = False


class Visit(_Part):
    """An event named an object, or a container that held it then."""

    object: str
    event: str
    time: str
    place: str | None = None
    party: str | None = None
    biz_step: str | None = None
    disposition: str | None = None
    inside: str | None = None
    disputed: bool = False


class Neighbour(_Part):
    """A party one step away, and what passed."""

    party: str | None
    objects: tuple[str, ...]


class OneStep(_Part):
    """Whom one holder of the subject got it, or what it was made of, from; and whom it gave it."""

    party: str
    back: tuple[Neighbour, ...] = ()
    forward: tuple[Neighbour, ...] = ()


class Gap(_Part):
    """What the records do not show, or show to be impossible."""

    code: str
    message: str
    objects: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


class Edge(_Part):
    """Where an answer ends for whoever sees a part of the records, whether more is recorded or not.

    Attributes:
        side: `upstream` for where the objects came from, `downstream` for where they went.
        party: at whom it ends; None where the records that are shown do not say.
    """

    side: Side
    party: str | None = None
    objects: tuple[str, ...] = ()


class Excluded(_Part):
    """A link left out by time alone."""

    from_: Annotated[str, Field(alias="from")]
    to: str
    event: str


class Coverage(_Part):
    """How many of the handovers both sides reported, as far as whoever asks can know."""

    handovers: int = 0
    confirmed_by_both: int = 0


class Trace(_Part):
    """What the records say of one object: its origin, its whereabouts, and their own gaps.

    Attributes:
        truncated: there was more than `max_objects`; the answer is not the whole.
        edges: of an answer to an organisation, where what it may see ends.
        loads: of a container; empty for what never held anything.
        parties: party to what master data says of it (`name`, `phone`, …).
        places: place to what master data says of it (`name`, `latitude`, `longitude`, …).
        events: every event the answer rests on.
        near: identifiers like the one asked for, when nothing is known of it.
    """

    subject: str
    direction: Direction = "both"
    as_of: str | None = None
    truncated: bool = False
    loads: tuple[ContainerLoad, ...] = ()
    objects: tuple[TracedObject, ...] = ()
    links: tuple[Link, ...] = ()
    handovers: tuple[Handover, ...] = ()
    visits: tuple[Visit, ...] = ()
    one_step: tuple[OneStep, ...] = ()
    gaps: tuple[Gap, ...] = ()
    edges: tuple[Edge, ...] = ()
    excluded_by_time: tuple[Excluded, ...] = ()
    retracted: tuple[str, ...] = ()
    coverage: Coverage = Coverage()
    parties: dict[str, dict[str, Any]] = {}
    places: dict[str, dict[str, Any]] = {}
    events: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    @property
    def sales(self) -> tuple[Handover, ...]:
        """The handovers that are sales to consumers, who report nothing."""
        sold = {visit.event for visit in self.visits if visit.biz_step in SELLING}
        return tuple(h for h in self.handovers if h.to_party is None and h.shipped in sold)

    def as_json(self) -> dict[str, Any]:
        """Return the answer in the shape of the JSON contract."""
        return self.model_dump(mode="json", by_alias=True)
