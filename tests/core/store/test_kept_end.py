"""What an append is told about the end of the log is what it would read there itself."""

import pytest

from epcis_core.proof.keys import Signer
from epcis_core.store.decisions import decide
from epcis_core.store.growing_log import LogEnd
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import NOW, captured, document, item, observed

EVENTS = [observed(item(str(number)), eventID=f"urn:x:{number}") for number in range(7)]
SIGNER = Signer("ledger.example/log", bytes(32))


def read_and_told(ledger: Ledger) -> tuple[LogEnd, LogEnd]:
    with ledger.reading() as cursor:
        return LogEnd.read(cursor), ledger.kept_end.find(cursor)


def test_it_is_right_whatever_was_written_last(ledger: Ledger) -> None:
    def hold() -> None:
        with ledger.writing() as cursor:
            what = {"object": item("1")}
            decide(cursor, SIGNER, "hold", what, by="court", reason="case", now=NOW + 3)

    def break_off() -> None:
        with pytest.raises(ZeroDivisionError), ledger.writing():
            raise ZeroDivisionError

    for write in (
        lambda: captured(ledger, document(*EVENTS[:3])),
        lambda: captured(ledger, document(*EVENTS[:3]), now=NOW + 9),  # nothing new
        lambda: captured(ledger, document(*EVENTS[:3]), organisation="shop", now=NOW - 9),
        lambda: captured(ledger, document(EVENTS[3])[:-4]),  # rolled back
        lambda: captured(ledger, document(EVENTS[3]), now=NOW + 1),
        lambda: captured(ledger, b"{"),
        hold,
        lambda: captured(ledger, document(EVENTS[4]), now=NOW + 2),
        break_off,
        lambda: captured(ledger, document(*EVENTS[4:])),
    ):
        write()
        read, told = read_and_told(ledger)
        assert told == read
    entries = list(log_entries(ledger, EVERYTHING))
    assert all(entry.recomputed() == entry.leaf for entry in entries)
    assert [entry.metadata.sequence for entry in entries] == [*range(len(entries))]


def test_it_is_kept_from_one_append_to_the_next(ledger: Ledger) -> None:
    captured(ledger, document(*EVENTS[:3]))
    before = read_and_told(ledger)[1]
    captured(ledger, document(*EVENTS[:3]))  # the same again adds nothing
    assert ledger.kept_end.find(None) == before  # type: ignore[arg-type] # nothing is asked
