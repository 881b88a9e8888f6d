"""An anomaly: what is odd, about what, by whom, and by which events.

All identifiers are canonical; all times are UTC text with `Z`. An anomaly is a question to
somebody, and no proof that anything is wrong with the goods.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict

from epcis_core.model.times import utc_text
from epcis_core.provenance.evidence import in_time
from epcis_core.provenance.facts import EventFacts

Kind = Literal[
    "after_recall",
    "after_expiry",
    "serial_made_twice",
    "two_places_at_once",
    "impossible_travel",
    "lot_made_twice",
    "more_out_than_in",
    "never_received",
    "time_reversed",
]
Severity = Literal["grave", "serious", "notable"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""The gravest first."""

_MOST_EVENTS: Final = 20
_KEY_SIZE: Final = 8  # bytes


class Anomaly(BaseModel):
    """Something odd.

    Attributes:
        key: made of the kind, the objects and the events; the same for as long as the records show
            the same, and another when they show more.
        time: of its last event.
        parties: who did it, or has to tell; may be empty.
        events: by time, the last twenty.
        figures: what its sentence names: a distance in `km`, `minutes` between events, a `speed` in
            km/h, whole `days`, an `amount` with its `uom` (empty for items), the `day` of an expiry
            or the instant of a recall.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    kind: Kind
    severity: Severity
    time: str
    objects: tuple[str, ...]
    parties: tuple[str, ...]
    places: tuple[str, ...]
    events: tuple[str, ...]
    figures: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return it in the shape of the JSON contract."""
        return self.model_dump(mode="json")


def anomaly(
    kind: Kind,
    severity: Severity,
    objects: Iterable[str],
    events: Iterable[EventFacts],
    *,
    parties: Iterable[str | None] = (),
    figures: Mapping[str, str] | None = None,
) -> Anomaly:
    """Return an anomaly of some events, of which there is at least one."""
    seen = sorted({facts.sequence: facts for facts in events}.values(), key=in_time)
    about = tuple(sorted(set(objects)))
    ids = tuple(dict.fromkeys(facts.event_id for facts in seen))
    said = "\n".join((kind, *about, *ids)).encode()
    return Anomaly(
        key=hashlib.blake2b(said, digest_size=_KEY_SIZE).hexdigest(),
        kind=kind,
        severity=severity,
        time=utc_text(seen[-1].time),
        objects=about,
        parties=tuple(dict.fromkeys(party for party in parties if party is not None)),
        places=tuple(dict.fromkeys(facts.place for facts in seen if facts.place is not None)),
        events=ids[-_MOST_EVENTS:],
        figures=dict(figures or {}),
    )


def gravest_first(found: Iterable[Anomaly]) -> tuple[Anomaly, ...]:
    """Return anomalies each once, the gravest first, of these the newest."""
    known = {one.key: one for one in found}.values()
    newest = sorted(known, key=lambda one: (one.time, one.key), reverse=True)
    return tuple(sorted(newest, key=lambda one: SEVERITIES.index(one.severity)))
