"""Names that several answers have in common are read once, and anew where more is known."""

from epcis_core.store.ledger import Ledger
from epcis_core.store.names import SharedNames
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import captured, document, observed, place

PLACE = "https://id.gs1.org/414/9506000134307/254/K1"


def test_names_are_read_once_until_something_new_is_said(ledger: Ledger) -> None:
    names = SharedNames()
    for number, name in enumerate(("Kho cũ", "Kho mới")):
        event = observed(eventID=f"urn:x:{number}")
        captured(ledger, document(event, elements=[place(PLACE, name=name)]))
        with ledger.reading() as cursor:
            seen = EVERYTHING.until(EVERYTHING.last(cursor))
            found = names(cursor, seen)
            assert found.place(PLACE)["name"] == name
            assert names(cursor, seen) is found
            assert names(cursor, EVERYTHING) is not found
            other = names(cursor, EVERYTHING.until(0))
            assert other is not found
