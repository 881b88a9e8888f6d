"""The answer to a balance: what came to each place of a lot, or of a party, and what left it.

All identifiers are canonical; all times are UTC text with `Z`.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict

from epcis_core.provenance.result import Gap


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class BalanceRow(_Part):
    """What the records say came to one place of one lot, and what became of it there.

    Amounts are decimal digits of the balance's unit; None where a record does not say how much, or
    where whoever asks cannot know.

    Of a period the movements are those of the period, and what is on hand that at its end.

    Attributes:
        party: who held it there.
        place: the site, or the one place of the site that is named.
        opening: what was on hand when the period began; nothing where it has no begin.
        produced: commissioned, or made by transformations.
        used: put into transformations.
        shipped: handed or moved to other places, and sold to consumers.
        on_hand: what should be there by these records.
        unaccounted: shipped from here, but nobody recorded that it arrived.
        events: column to the events behind its amount, by time; columns without any are left out.
    """

    party: str | None
    place: str | None
    opening: str | None = "0"
    produced: str | None
    received: str | None
    used: str | None
    shipped: str | None
    destroyed: str | None
    on_hand: str | None
    unaccounted: str | None
    events: dict[str, tuple[str, ...]] = {}


class Balance(_Part):
    """The balance of one object, place by place.

    Attributes:
        since: when the period began; None for ever.
        until: when it ended, this instant left out; None for now.
        uom: UN/ECE Rec 20; None for a count of items.
        near: identifiers like the one asked for, when nothing is known of it.
    """

    object: str
    uom: str | None = None
    rows: tuple[BalanceRow, ...] = ()
    gaps: tuple[Gap, ...] = ()
    parties: dict[str, dict[str, Any]] = {}
    places: dict[str, dict[str, Any]] = {}
    near: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the answer in the shape of the JSON contract."""
        return self.model_dump(mode="json", by_alias=True)


class PartyRow(BalanceRow):
    """What came of one object to one place of a party.

    Attributes:
        gtin: of the product, 14 digits; None for what has none.
        uom: UN/ECE Rec 20; None for a count of items.
    """

    object: str
    gtin: str | None = None
    uom: str | None = None


class PartyBalance(_Part):
    """The balance of one party, lot by lot.

    Attributes:
        since: when the period began; None for ever.
        until: when it ended, this instant left out; None for now.
        truncated: the party had more lots than were asked for; the answer is not the whole.
    """

    party: str
    since: str | None = None
    until: str | None = None
    truncated: bool = False
    rows: tuple[PartyRow, ...] = ()
    parties: dict[str, dict[str, Any]] = {}
    places: dict[str, dict[str, Any]] = {}

    def as_json(self) -> dict[str, Any]:
        """Return the answer in the shape of the JSON contract."""
        return self.model_dump(mode="json", by_alias=True)
