"""What a form offers: what the asker's organisation recorded last, lists, or may know."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from fastapi import Request

from api.access.asker import asker_of, view_of
from api.web.answers import texts_for
from api.web.event_page import facts_of_stored
from epcis_core.provenance.facts import EventFacts
from epcis_core.store.events import latest_events
from ingest.registry.own import known_of
from ingest.sheets.cells import cell_of, lot_of, product_of
from ingest.sheets.known import Known, Thing
from ingest.sheets.known_in_ledger import known_in

_LATEST: Final = 100
_MOST_LOTS: Final = 6


@dataclass(frozen=True, slots=True)
class RecentLot:
    """A lot that the asker's organisation recorded not long ago.

    Attributes:
        object: canonical.
        product: as a field holds it.
        lot: its number.
    """

    object: str
    product: str
    lot: str


@dataclass(slots=True)
class Offers:
    """What a form offers.

    Attributes:
        known: what the lists hold, what was used last before the others.
        own_party: the GLN of the asker's organisation; empty where it has none.
        places: those of its last records, the latest first, as fields hold them.
        lots: of its last records, the latest first.
    """

    known: Known = field(default_factory=Known)
    own_party: str = ""
    places: list[str] = field(default_factory=list)
    lots: list[RecentLot] = field(default_factory=list)


def offers_for(request: Request) -> Offers:
    """Return what a form offers to whoever asks."""
    ledger, asker = request.app.state.ledger, asker_of(request)
    own = [
        facts_of_stored(one)
        for one in latest_events(ledger, view_of(request), _LATEST)
        if one.organisation == asker.organisation
    ]
    language = texts_for(request).language
    books = request.app.state.books
    listed = known_of(books, asker.owner, language) if asker.owner else Known()
    seen = known_in(ledger, view_of(request))
    products = [product_of(named.object) for facts in own for named in facts.named]
    places = [cell_of(place) for facts in own for place in _places(facts)]
    partners = [cell_of(end.partition(" ")[2]) for facts in own for end in _ends(facts)]
    known = Known(
        _ordered((*listed.products, *seen.products), products),
        _ordered((*listed.places, *seen.places), places),
        _ordered((*listed.partners, *seen.partners), partners),
    )
    gln = cell_of(asker.owner) if asker.owner else ""
    own_party = gln if gln.isdecimal() else ""
    latest = list(dict.fromkeys(places))
    return Offers(known, own_party, latest, list(_lots(own)))


def _ordered(things: Iterable[Thing], used: Iterable[str | None]) -> tuple[Thing, ...]:
    """Return things once each, those that were used last first, then in their own order."""
    latest: dict[str, int] = {}
    for code in used:
        if code:
            latest.setdefault(code.lstrip("0"), len(latest))
    first: dict[str, Thing] = {}
    for one in things:
        short = one.code.lstrip("0")
        first.setdefault(short, replace(one, code=short))
    return tuple(sorted(first.values(), key=lambda one: latest.get(one.code, len(latest))))


def _places(facts: EventFacts) -> Iterator[str]:
    for one in (facts.read_point, facts.biz_location):
        if one:
            yield one


def _ends(facts: EventFacts) -> Iterator[str]:
    for end in (*facts.sources, *facts.destinations):
        if "/417/" in end:
            yield end


def _lots(own: Iterable[EventFacts]) -> Iterator[RecentLot]:
    """Yield the last lots, each once."""
    seen: set[str] = set()
    for named in (named for facts in own for named in facts.named):
        product, lot = product_of(named.object), lot_of(named.object)
        if product and lot and named.object not in seen and len(seen) < _MOST_LOTS:
            seen.add(named.object)
            yield RecentLot(named.object, product, lot)
