"""Amounts that cannot be: more of a lot left a place than came there, or came than was sent."""

from collections.abc import Iterator

from epcis_core.provenance.amounts import in_unit
from epcis_core.provenance.anomalies.anomaly import Anomaly, anomaly
from epcis_core.provenance.anomalies.thresholds import Thresholds
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.stock import Stocks


def more_out_than_in(chain: Chain, stocks: Stocks, thresholds: Thresholds) -> Iterator[Anomaly]:
    """Yield the places that more of a lot left than came there, and trips on which it grew.

    Args:
        chain: the facts.
        stocks: of the lot.
        thresholds: what it weighs.
    """
    severity = thresholds.severity["more_out_than_in"]
    for stock in stocks.each():
        left = stocks.on_hand(stock)
        if left is not None and left < 0:
            yield anomaly(
                "more_out_than_in",
                severity,
                [stocks.lot],
                (booking.events[0] for booking in stock.leaving()),
                parties=[stock.party],
                figures={"amount": in_unit(-left, stocks.uom), "uom": stocks.uom or ""},
            )
    for its in stocks.exceeding:
        parties = (chain.parties.of(facts) for facts in its)
        yield anomaly("more_out_than_in", severity, [stocks.lot], its, parties=parties)
