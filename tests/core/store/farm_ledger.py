"""A ledger in which every read of the store finds something that a farm has sent."""

from typing import Any

from epcis_core.model.photo import NAMESPACE, PREFIX, NamedPhoto
from epcis_core.proof.keys import Signer
from epcis_core.rules.retention import all_rules
from epcis_core.store.decisions import decide
from epcis_core.store.erasure import apply_retention
from epcis_core.store.ledger import Ledger
from tests.ingest.documents import (
    CONTEXT,
    NOW,
    SITE,
    captured,
    document,
    item,
    lot,
    observed,
    place,
)


def fill(ledger: Ledger) -> str:
    """Capture it, and return the id of the capture."""
    born = observed(
        item("1"),
        eventID="urn:x:1",
        action="ADD",
        quantityList=[{"epcClass": lot("L1"), "quantity": 1, "uom": "KGM"}],
        bizTransactionList=[{"type": "po", "bizTransaction": "urn:x:po1"}],
        ilmd={"cbvmda:lotNumber": "L1"},
        readPoint={"id": SITE},
        sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": 4}]}],
        **{"ex:n": 1, "@context": [*CONTEXT, {PREFIX: NAMESPACE}]},
        **NamedPhoto("0" * 64, "image/jpeg").members,
    )
    owner = {"id": "urn:epcglobal:cbv:owning_party", "attribute": "urn:epc:id:pgln:9506000.13430"}
    site = place(SITE, name="Vườn Gió Cát")
    site["attributes"].append(owner)
    site["children"] = ["urn:x:shed"]
    field = place("https://id.gs1.org/414/9506000134314")
    field["attributes"].append(owner)
    elements = [site, field, place("https://id.gs1.org/01/09506000134352", name="Táo")]
    sold = observed(
        item("sold"), eventID="urn:x:2", bizStep="retail_selling", readPoint={"id": SITE}
    )
    amount = [{"epcClass": lot("L3"), "quantity": 1, "uom": "KGM"}]
    more = observed(
        eventID="urn:x:3", bizStep="shipping", readPoint={"id": SITE}, quantityList=amount
    )
    report = captured(ledger, document(born, sold, more, elements=elements), organisation="farm")
    assert report.status == "accepted"
    erase_and_hold(ledger)
    return report.capture_id


def erase_and_hold(ledger: Ledger) -> None:
    """Decide, as the farm, to erase an old event of a lot and to hold what is left of the lot."""
    amount = [{"epcClass": lot("L1")}]
    old = observed(eventID="urn:x:0", eventTime="2001-01-01T00:00:00Z", quantityList=amount)
    captured(ledger, document(old), organisation="farm")
    said: dict[str, Any] = {"by": "farm", "reason": "case 1", "now": NOW}
    signer = Signer("log", bytes(32))
    assert len(list(apply_retention(ledger, signer, all_rules(), **said))) == 1
    with ledger.writing() as cursor:
        decide(cursor, signer, "hold", {"object": lot("L1")}, **said)
