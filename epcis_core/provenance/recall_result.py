"""The answer to a recall: what is affected, where it is, who has it, whom to call first.

All identifiers are canonical; all times are UTC text with `Z`. Amounts are decimal digits of the
unit beside them; None where the records do not say how much.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from epcis_core.provenance.result import Amount, Gap, ObjectKind, Trace

Status = Literal["on_hand", "shipped", "sold", "destroyed", "used", "unknown"]
"""What is left to do: seize, stop on the way, warn consumers, nothing; `used` lives on in what was
made of it, which is affected too."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Holding(_Part):
    """What should be at a place by the records."""

    party: str | None
    place: str | None
    quantity: Amount | None


class Affected(_Part):
    """One object that came of a suspect one, or a suspect one itself.

    Attributes:
        object: canonical identifier.
        kind: lot, instance, container or class.
        name: of the product.
        quantity: how much of it is in the state that `status` names.
        last_party: who has it as far as is known; one that only the sender names counts.
        last_place: where it is, or was seen last.
        last_seen: when.
        status: of an amount, of the states that parts of it are in, the first of on hand, on the
            way, sold, destroyed and used; of an instance or a container, how it ended last, else
            where it is.
        holdings: where it should be, place by place.
        disputed: the records make the relation likely but do not prove it.
    """

    object: str
    kind: ObjectKind
    name: str | None = None
    quantity: Amount | None = None
    last_party: str | None = None
    last_place: str | None = None
    last_seen: str | None = None
    status: Status = "unknown"
    holdings: tuple[Holding, ...] = ()
    disputed: bool = False


class Delivered(_Part):
    """How much of one object went to a customer.

    Attributes:
        shipped: to the customer, whether or not it says that it arrived.
        returned: by the customer, to whom it came from; by consumers, to any seller.
        unaccounted: neither returned, nor handed on, sold, used or destroyed on record: what must
            still be looked for there.
        uom: UN/ECE Rec 20; None for a count of items.
    """

    object: str
    shipped: str | None
    returned: str | None
    unaccounted: str | None
    uom: str | None = None


class Customer(_Part):
    """A party that got affected goods; None stands for consumers."""

    party: str | None
    objects: tuple[Delivered, ...]


class Sale(_Part):
    """What a party sold to consumers of one object in one event.

    Attributes:
        quantity: in the unit of the event; None where the records do not say how much.
    """

    party: str | None
    object: str
    event: str
    quantity: Amount | None = None


class Call(_Part):
    """A party to be called.

    Attributes:
        steps_from_consumer: least number of handovers between it and the end of the chain.
    """

    party: str
    name: str | None = None
    phone: str | None = None
    steps_from_consumer: int


class CommonSource(_Part):
    """Something that several of the objects asked for came from.

    Attributes:
        object: a lot, instance or container upstream, or one of the objects itself.
        parties: who made it.
        cases: which of the objects asked for came of it.
        share: how many of them, 0 to 1.
        steps: greatest number of lineage links from a case.
        disputed: for one of the cases the records do not prove it.
    """

    object: str
    kind: ObjectKind
    name: str | None = None
    parties: tuple[str, ...] = ()
    cases: tuple[str, ...]
    share: float
    steps: int
    disputed: bool = False


class CommonParty(_Part):
    """A party that made or held what several of the objects asked for came from."""

    party: str
    cases: tuple[str, ...]
    share: float


class Possible(_Part):
    """What nobody proves to be affected, but may be: a slip of the pen could hide it.

    Attributes:
        object: what a party used or gave away though it neither made nor received it.
        instead_of: the affected object that the party held then and may have meant.
        party: the party.
        downstream: what came of the object.
    """

    object: str
    instead_of: str
    party: str
    events: tuple[str, ...]
    downstream: tuple[str, ...] = ()


class Recall(_Part):
    """Everything downstream of suspect objects, and what the suspects have in common.

    Attributes:
        subjects: what was asked for and is known, in the order asked.
        unknown: what was asked for and is not known.
        customers: by amount of objects they got, those to be called first.
        sales: to consumers, by time.
        call_list: nearest to the consumer first.
        possible: what a slip of the pen may hide; it is not among the affected.
        common_sources: what several of the subjects came from; the largest share first.
        trace: the trace downstream of all subjects.
    """

    subjects: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    affected: tuple[Affected, ...] = ()
    customers: tuple[Customer, ...] = ()
    sales: tuple[Sale, ...] = ()
    call_list: tuple[Call, ...] = ()
    possible: tuple[Possible, ...] = ()
    common_sources: tuple[CommonSource, ...] = ()
    common_parties: tuple[CommonParty, ...] = ()
    gaps: tuple[Gap, ...] = ()
    trace: Trace

    def as_json(self) -> dict[str, Any]:
        """Return the answer in the shape of the JSON contract."""
        return self.model_dump(mode="json", by_alias=True)
