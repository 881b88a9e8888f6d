"""All that is odd about some objects: what may be odd goes in, what is odd comes out."""

from collections.abc import Sequence
from dataclasses import dataclass

from epcis_core.provenance.anomalies.anomaly import Anomaly, gravest_first
from epcis_core.provenance.anomalies.handing import odd_handovers
from epcis_core.provenance.anomalies.making import made_twice
from epcis_core.provenance.anomalies.quantities import more_out_than_in
from epcis_core.provenance.anomalies.selling import Recalled, after_expiry, after_recall
from epcis_core.provenance.anomalies.thresholds import Thresholds
from epcis_core.provenance.anomalies.travel import too_fast, two_places_at_once
from epcis_core.provenance.book import Book
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.kinds import kind_of
from epcis_core.provenance.stock import Stocks


@dataclass(frozen=True, slots=True)
class Candidates:
    """Objects about which something may be odd; all that is odd must be among them.

    Attributes:
        moved: single things that were at several places.
        made: lots and single things that came into being several times.
        dated: lots and single things with a last day, that were handed on or sold behind it.
        recalled: what is recalled.
        handed: objects that were shipped.
        amounts: lots whose amounts may not add up.
        truncated: there are more than were asked for.
    """

    moved: Sequence[str] = ()
    made: Sequence[str] = ()
    dated: Sequence[str] = ()
    recalled: Sequence[Recalled] = ()
    handed: Sequence[str] = ()
    amounts: Sequence[str] = ()
    truncated: bool = False


def find_anomalies(
    evidence: Evidence, book: Book, candidates: Candidates, thresholds: Thresholds, now: int
) -> tuple[Anomaly, ...]:
    """Return what is odd about candidates, the gravest first, of these the newest.

    Args:
        evidence: the events that count.
        book: names, addresses and coordinates.
        candidates: what to look at.
        thresholds: from when on something is odd.
        now: microseconds since 1970 UTC.
    """
    chain = Chain(evidence, book)
    things = [recalled.thing for recalled in candidates.recalled]
    held = [*candidates.dated, *things, *candidates.handed, *candidates.amounts]
    chain.gathered.load([*candidates.moved, *candidates.made])
    chain.load_custody(held, [one for one in held if kind_of(one) == "lot"])
    found: list[Anomaly] = []
    for one in candidates.moved:
        found += too_fast(chain, one, thresholds)
        found += two_places_at_once(chain, one, thresholds)
    for one in candidates.made:
        found += made_twice(chain, one, thresholds)
    for one in candidates.dated:
        found += after_expiry(chain, one, thresholds)
    for recalled in candidates.recalled:
        found += after_recall(chain, recalled, thresholds)
    found += odd_handovers(chain, candidates.handed, thresholds, now)
    for one in candidates.amounts:
        found += more_out_than_in(chain, Stocks(chain, one), thresholds)
    return gravest_first(found)
