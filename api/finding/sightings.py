"""Where and in whose hands something was seen last, for a line of an answer."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from api.access.asker import view_of
from api.web.naming import Namer
from epcis_core.model.times import utc_text
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.parties import Parties
from epcis_core.store.mentions import seen_last


@dataclass(frozen=True, slots=True)
class Sighting:
    """The last sighting of something.

    Attributes:
        event: its id.
        time: event time, UTC.
        biz_step: bare word or URI.
        place: canonical.
        party: who had it.
    """

    event: str
    time: str
    biz_step: str | None
    place: str | None
    party: str | None

    def as_json(self) -> dict[str, Any]:
        """Return it as members."""
        names = ("event", "time", "biz_step", "place", "party")
        return {name: getattr(self, name) for name in names}


def sightings_of(request: Request, keys: Collection[str], namer: Namer) -> dict[str, Sighting]:
    """Return the last sighting of each of some things, as whoever asks may know it."""
    parties = Parties(namer.book.owners())
    found = seen_last(request.app.state.ledger, view_of(request), keys)
    return {key: _sighting(facts, parties) for key, facts in found.items()}


def _sighting(facts: EventFacts, parties: Parties) -> Sighting:
    who = parties.of(facts)
    return Sighting(facts.event_id, utc_text(facts.time), facts.biz_step, facts.place, who)
