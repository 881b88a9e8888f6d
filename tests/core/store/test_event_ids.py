from epcis_core.query.parameters import parse_query
from epcis_core.store.events import find_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.query import query_events
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import captured, document, item, observed

CAPITAL = "URN:UUID:7D0C7CB2-4D7E-4A3B-9A57-0000000000AA"
SMALL = CAPITAL.lower()
DECLARATION = {"declarationTime": "2026-03-05T08:00:00+07:00", "reason": "did_not_occur"}


def sequences(ledger: Ledger, event_id: str) -> list[int]:
    """The places of the events found by an id; by query and by itself they must be the same."""
    found = [one.sequence for one in find_events(ledger, EVERYTHING, event_id)]
    asked = query_events(ledger, EVERYTHING, parse_query([("EQ_eventID", event_id)]))
    assert sorted(found) == sorted(one.sequence for one in asked)
    return found


def test_an_event_is_found_by_its_uuid_in_any_case(ledger: Ledger) -> None:
    captured(ledger, document(observed(item("A"), eventID=CAPITAL)))
    assert sequences(ledger, SMALL) == sequences(ledger, CAPITAL) == [0]


def test_any_other_id_is_found_as_written_alone(ledger: Ledger) -> None:
    captured(ledger, document(observed(item("A"), eventID="https://ns.example.com/it's/One")))
    assert sequences(ledger, "https://ns.example.com/it's/One") == [0]
    assert sequences(ledger, "https://ns.example.com/it's/one") == []


def test_the_declarations_about_an_event_come_behind_it_even_where_they_came_first(
    ledger: Ledger,
) -> None:
    event = observed(item("A"), eventID=CAPITAL)
    captured(ledger, document({**event, "errorDeclaration": DECLARATION}))
    captured(ledger, document(event, observed(item("B"))))
    first, second = sequences(ledger, SMALL)
    assert first > second == 0


def test_the_identity_of_a_declaration_is_nobodys_id(ledger: Ledger) -> None:
    event = observed(item("A"), eventID="urn:x:1")
    captured(ledger, document({**event, "errorDeclaration": DECLARATION}))
    with ledger.reading() as cursor:
        rows = cursor.execute("SELECT identity FROM event").fetchall()
    assert rows[0][0].startswith("urn:x:1 declared ")
    assert sequences(ledger, rows[0][0]) == []
    assert sequences(ledger, "urn:x:1") == [0]
