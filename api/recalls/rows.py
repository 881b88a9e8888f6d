"""What the board of a recall says of each party."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.recalls.progress import MINUTE, is_to_be_called, lasted, look_of, silent_since
from api.web import times
from api.web.contacts import Contact, contact_of
from api.web.goods import goods_of, in_words
from api.web.naming import Namer
from api.web.texts import Texts
from epcis_core.store.registry.recall_parties import RecallGoods, RecallParty, State
from epcis_core.store.registry.recalls import OpenedRecall


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """Goods that a party is asked about; amounts in words, of what the party did not say empty."""

    goods: RecallGoods
    label: str
    unit: str
    expected: str
    held: str
    returned: str


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party of a recall.

    Attributes:
        email: as the registry knows it; empty for none.
        look: of its state, in a bar.
        silent: for how long it says nothing, in words; empty where it confirmed, or was told just
            now.
        history: what happened when, in words.
        is_to_call: it has been silent for too long.
    """

    number: int
    contact: Contact
    email: str
    state: State
    look: str
    goods: tuple[GoodsRow, ...]
    silent: str
    history: tuple[str, ...]
    note: str
    is_to_call: bool


def party_rows(
    recall: OpenedRecall, parties: Sequence[RecallParty], namer: Namer, now: int
) -> list[PartyRow]:
    """Return what the board says of parties at a time, microseconds since 1970 UTC."""
    return [_party(recall, one, namer, now) for one in parties]


def goods_rows(party: RecallParty, namer: Namer) -> tuple[GoodsRow, ...]:
    """Return what a party is asked about, in words."""
    return tuple(
        GoodsRow(
            one,
            goods_of(one.objects, namer).label,
            namer.texts.unit(one.uom) if one.uom else namer.texts("board.items"),
            in_words(one.expected, one.uom, namer),
            "" if one.held is None else in_words(one.held, one.uom, namer),
            "" if one.returned is None else in_words(one.returned, one.uom, namer),
        )
        for one in party.goods
    )


def _party(recall: OpenedRecall, one: RecallParty, namer: Namer, now: int) -> PartyRow:
    t, known = namer.texts, namer.book.party(one.party)
    end = now if recall.closed is None else recall.closed
    marks = (
        (f"told_{one.way}", one.notified if one.way else None),
        ("called", one.called if one.way != "call" else None),
        ("seen", one.seen),
        ("confirmed", one.confirmed),
    )
    return PartyRow(
        one.number,
        contact_of(one.party, known, namer),
        str(known.get("email") or ""),
        one.state,
        look_of(one.state),
        goods_rows(one, namer),
        _silent(recall, one, end, t),
        tuple(
            t(f"board_mark.{mark}", time=clock_of(time, t))
            for mark, time in marks
            if time is not None
        ),
        one.note,
        is_to_be_called(recall, one, now),
    )


def _silent(recall: OpenedRecall, one: RecallParty, end: int, texts: Texts) -> str:
    span = end - silent_since(recall, one)
    return "" if one.confirmed is not None or span < MINUTE else lasted(span, texts)


def clock_of(time: int, texts: Texts) -> str:
    """Return a time, microseconds since 1970 UTC, as the clock in Viet Nam shows it."""
    return times.to_the_second(times.here_at(time), texts.language)
