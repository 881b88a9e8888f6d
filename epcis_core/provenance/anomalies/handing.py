"""Handovers that are odd: received before they were shipped, or shipped and never received."""

from collections.abc import Collection, Iterator

from epcis_core.provenance.anomalies.anomaly import Anomaly, anomaly
from epcis_core.provenance.anomalies.thresholds import Thresholds
from epcis_core.provenance.anomalies.travel import DAY
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.kinds import kind_of


def odd_handovers(
    chain: Chain, objects: Collection[str], thresholds: Thresholds, now: int
) -> Iterator[Anomaly]:
    """Yield the handovers whose times are odd, the goods of one event together.

    Args:
        chain: the facts, loaded for the objects.
        objects: lots, and instances and containers in their own right.
        thresholds: how long a shipment may be under way.
        now: microseconds since 1970 UTC.
    """
    lots = [one for one in objects if kind_of(one) == "lot"]
    longest = thresholds.never_received.days * DAY
    for transfer in chain.changes.among(objects, lots):
        shipped, received = transfer.shipped, transfer.received
        parties = [transfer.giver, transfer.taker]
        if shipped is None:
            continue
        if received is not None and received.time < shipped.time:
            yield anomaly(
                "time_reversed",
                thresholds.severity["time_reversed"],
                transfer.objects,
                [shipped, received],
                parties=parties,
                figures={"minutes": f"{(shipped.time - received.time) / 60_000_000:.0f}"},
            )
        elif received is None and not transfer.sold and now - shipped.time > longest:
            yield anomaly(
                "never_received",
                thresholds.severity["never_received"],
                transfer.objects,
                [shipped],
                parties=parties,
                figures={"days": f"{(now - shipped.time) // DAY}"},
            )
