"""A ledger with an anomaly of each kind; the firms and numbers are invented."""

from typing import Any, Final

from epcis_core.store.ledger import Ledger
from tests.ingest.documents import captured, document, item, lot, observed, place

FARM: Final = "https://id.gs1.org/417/9506000134307"
SHOP: Final = "https://id.gs1.org/417/9506000134314"
FIELD, COUNTER = (party.replace("/417/", "/414/") for party in (FARM, SHOP))
EXPIRED, RECALLED = lot("EXPIRED"), lot("RECALLED")
TWICE, SHORT, LOST, EARLY = lot("TWICE"), lot("SHORT"), lot("LOST"), lot("EARLY")
ENDS: Final[dict[str, Any]] = {
    "sourceList": [{"type": "owning_party", "source": FARM}],
    "destinationList": [{"type": "owning_party", "destination": SHOP}],
}


def of_lot(one: str, step: str, at: str, hour: int, much: float = 10, **more: Any) -> Any:
    """An event about some kilograms of a lot, on 1 March 2026 in Viet Nam."""
    event = observed(
        eventTime=f"2026-03-{1 + hour // 24:02}T{hour % 24:02}:00:00+07:00",
        bizStep=step,
        readPoint={"id": at},
        quantityList=[{"epcClass": one, "quantity": much, "uom": "KGM"}],
        **more,
    )
    del event["epcList"]
    return event


def of_item(serial: str, step: str, at: str, hour: int, **more: Any) -> Any:
    """An event about an item, likewise."""
    event = of_lot("", step, at, hour, **more)
    del event["quantityList"]
    return {**event, "epcList": [item(serial)]}


def begun(one: str, at: str, hour: int = 1, **more: Any) -> Any:
    """A lot comes into being."""
    return of_lot(one, "commissioning", at, hour, 100, action="ADD", **more)


def fill_with_oddities(ledger: Ledger) -> None:
    """Capture it."""
    last: dict[str, Any] = {"ilmd": {"cbvmda:itemExpirationDate": "2026-03-02"}}
    events = [
        begun(EXPIRED, COUNTER, **last),
        of_lot(EXPIRED, "retail_selling", COUNTER, 30),
        of_lot(EXPIRED, "retail_selling", COUNTER, 50),
        begun(RECALLED, COUNTER),
        of_lot(RECALLED, "retail_selling", COUNTER, 9),
        begun(TWICE, FIELD),
        begun(TWICE, COUNTER, 2),
        begun(SHORT, COUNTER),
        of_lot(SHORT, "retail_selling", COUNTER, 9, 150),
        begun(LOST, FIELD),
        of_lot(LOST, "shipping", FIELD, 9, **ENDS),
        begun(EARLY, FIELD),
        of_lot(EARLY, "receiving", COUNTER, 9, **ENDS),
        of_lot(EARLY, "shipping", FIELD, 10, **ENDS),
        of_item("again", "commissioning", FIELD, 1, action="ADD"),
        of_item("again", "commissioning", FIELD, 40, action="ADD"),
        of_item("once", "commissioning", FIELD, 1, action="ADD"),
        of_item("once", "inspecting", FIELD, 9),
        of_item("once", "inspecting", COUNTER, 9),
        of_item("fast", "commissioning", FIELD, 1, action="ADD"),
        of_item("fast", "inspecting", COUNTER, 2),
    ]
    elements = [
        point(FIELD, "Ruộng", "11.56", "108.99"),
        point(COUNTER, "Quầy", "10.78", "106.70"),
    ]
    report = captured(ledger, document(*events, elements=elements), organisation=FARM)
    assert report.status == "accepted", report.as_json()


def point(one: str, name: str, latitude: str, longitude: str) -> Any:
    """Master data of a place with its coordinates."""
    told = place(one, name=name)
    for local, value in (("latitude", latitude), ("longitude", longitude)):
        told["attributes"].append({"id": f"urn:epcglobal:cbv:mda:{local}", "attribute": value})
    return told
