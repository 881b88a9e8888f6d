"""What is exported of a recall; and what is exported or issued under a case is kept with it."""

from typing import Final

from starlette.requests import HTTPConnection

from api.access.asker import Asker
from api.clock import now
from epcis_core.store.registry.inspections import add_item, find_inspection

DOCUMENTS: Final = (
    *("report.pdf", "report.xlsx", "fsma.xlsx", "foodchain-lab.xlsx"),
    *("events.jsonld", "events.xml"),
)
"""What is downloaded of a recall, by its name behind `/recall/`."""


def keep_with_case(connection: HTTPConnection, asker: Asker, value: str) -> None:
    """Keep with the case that somebody works on, if it is open, what was exported or issued.

    Args:
        connection: by which.
        asker: who.
        value: its address.
    """
    number, books = asker.case_number, connection.app.state.books
    if number is None:
        return
    found = find_inspection(books, number)
    if found is not None and found.closed is None:
        add_item(books, number, now(), kind="export", value=value, by=asker.name)
