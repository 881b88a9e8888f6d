"""The call list of a recall's page: what a seller sold, sort by sort."""

from epcis_core.store.ledger import Ledger
from tests.api.test_inspector_pages import (
    booked,
    english,
    quantity,
    recall_of,
    section,
    send,
)
from tests.api.test_web_pages import serving
from tests.ingest.documents import SITE, item, lot, made, observed


def test_what_a_seller_sold_is_told_sort_by_sort_and_unit_by_unit(ledger: Ledger) -> None:
    weighed, counted, unknown = lot("A"), lot("B"), lot("C")
    with serving(ledger) as client:
        send(
            client,
            booked("commissioning", 1, quantity(weighed, 30), action="ADD"),
            made([weighed], [counted, unknown], outputEPCList=[item("1")], bizStep="commissioning"),
            booked("retail_selling", 3, quantity(weighed, 3), quantity(counted, 5, None)),
            booked("retail_selling", 4, quantity(weighed, 2, "BX"), quantity(unknown, None, None)),
            booked("retail_selling", 5, quantity(weighed, 1.5), quantity(counted, None, None)),
            *(
                observed(item("1"), eventTime=time, bizStep=step, readPoint={"id": SITE})
                for time, step in (
                    ("2026-03-06T08:00:00+07:00", "retail_selling"),
                    ("2026-03-07T08:00:00+07:00", "receiving"),
                    ("2026-03-08T08:00:00+07:00", "retail_selling"),
                )
            ),
        )
        told = section(english(client, recall_of(weighed)), "calls")
    for words in (
        "Sold to consumers 4.5 kg · 2 BX: GTIN 09506000134352, lot A ",
        "Sold to consumers 5 items · not known: GTIN 09506000134352, lot B ",
        "Sold to consumers, amount not known: GTIN 09506000134352, lot C ",
        "Sold to consumers 1 item: GTIN 09506000134352, number 1 ",
    ):
        assert words in told
