"""What is odd in a whole ledger: candidates by SQL, judged by their facts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from epcis_core.provenance.anomalies.anomaly import Anomaly
from epcis_core.provenance.anomalies.found import find_anomalies
from epcis_core.provenance.anomalies.selling import Recalled
from epcis_core.provenance.anomalies.thresholds import Thresholds, usual_thresholds
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.store.anomaly_candidates import CandidateSearch
from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import evidence_through
from epcis_core.store.view import View

MOST: Final = 2000
"""So many objects of a sort are looked at, those that were recorded last."""


@dataclass(frozen=True, slots=True)
class Odd:
    """What is odd.

    Attributes:
        anomalies: the gravest first, of these the newest.
        truncated: there were more objects to look at than were asked for.
        up_to_sequence: the last entry that it rests on; -1 where there is none.
    """

    anomalies: tuple[Anomaly, ...]
    truncated: bool
    up_to_sequence: int


def anomalies(
    ledger: Ledger,
    view: View,
    *,
    now: int,
    recalls: Iterable[Recalled] = (),
    thresholds: Thresholds | None = None,
    most: int = MOST,
) -> Odd:
    """Return what is odd in the records that may be seen.

    Args:
        ledger: where to look.
        view: what may be seen; who sees a part of the records gets what is odd about that part.
        now: microseconds since 1970 UTC.
        recalls: what is, or was, recalled; of a product all its lots and items are.
        thresholds: from when on something is odd; None for the usual.
        most: so many objects of a sort are looked at.
    """
    asked = usual_thresholds() if thresholds is None else thresholds
    with evidence_through(ledger, view) as (cursor, seen, evidence):
        book = ledger.names(cursor, seen)
        things = list(_things(recalls, evidence))
        found = CandidateSearch(cursor, seen, book, most).all(asked, things, now)
        judged = find_anomalies(evidence, book, found, asked, now)
        return Odd(judged, found.truncated, seen.last(cursor))


def _things(recalls: Iterable[Recalled], evidence: Evidence) -> Iterator[Recalled]:
    """Yield recalls of lots and items; of a product those of each of them that is recorded."""
    for recalled in recalls:
        key = key_of(recalled.thing)
        if key is not None and key.gtin is not None and kind_of(recalled.thing) == "class":
            for one in evidence.of_products([key.gtin]):
                yield replace(recalled, thing=one)
        else:
            yield recalled
