"""SimpleMasterDataQuery over HTTP, in JSON and in XML that the official schemas accept."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from lxml import etree

from api.errors import install_error_answers
from epcis_core.errors import TooComplexError
from epcis_core.store.ledger import Ledger
from tests.conformance.oracles import MODULAR, json_complaint, xml_complaint
from tests.ingest.documents import SITE, captured, document, item, observed, place
from tests.served import served

NAME = "urn:epcglobal:cbv:mda:name"
BOTH = {"includeAttributes": "true", "includeChildren": "true"}
OTHER = "https://id.gs1.org/414/9506000134314"


@pytest.fixture
def places(ledger: Ledger) -> None:
    elements = [place(SITE, name="Vườn Nho"), place(OTHER, name="Kho")]
    captured(ledger, document(observed(item("A")), elements=elements))


@pytest.mark.usefixtures("places")
def test_elements_are_found_and_shown_as_asked(client: httpx.Client, gs1_dir: Path) -> None:
    answer = client.get("/masterData", params={**BOTH, "EQATTR_name": "Kho"})
    assert answer.status_code == 200, answer.text
    results = answer.json()["epcisBody"]["queryResults"]
    assert results == {
        "queryName": "SimpleMasterDataQuery",
        "resultsBody": {
            "eventList": [],
            "vocabularyList": [
                {
                    "type": "urn:epcglobal:epcis:vtype:Location",
                    "vocabularyElementList": [
                        {"id": OTHER, "attributes": [{"id": NAME, "attribute": "Kho"}]}
                    ],
                }
            ],
        },
    }
    assert json_complaint(gs1_dir, MODULAR, answer.json()) is None


@pytest.mark.usefixtures("places")
def test_in_xml_and_as_urns(client: httpx.Client, gs1_dir: Path) -> None:
    headers = {"Accept": "application/xml", "GS1-EPC-Format": "Always_EPC_URN"}
    answer = client.get("/masterData", params=BOTH, headers=headers)
    root = etree.fromstring(answer.content)
    assert xml_complaint(gs1_dir, "2.0", "EPCISQueryDocument", root) is None
    names = [element.get("id", "") for element in root.iter("VocabularyElement")]
    assert len(names) == 2
    assert all(name.startswith("urn:epc:id:sgln:") for name in names)


def test_what_is_asked_wrongly_is_refused(client: httpx.Client) -> None:
    for params in ({}, {**BOTH, "EQ_nam": "x"}, {"includeAttributes": "perhaps", **BOTH, "x": "y"}):
        answer = client.get("/masterData", params=params)
        assert (answer.status_code, answer.json()["type"]) == (
            400,
            "epcisException:QueryParameterException",
        )
    assert client.options("/masterData").headers["allow"] == "OPTIONS, GET"


def test_a_read_that_takes_too_long_is_given_up(ledger: Ledger) -> None:
    with pytest.raises(TooComplexError), ledger.reading(0.2) as cursor:
        cursor.execute("SELECT count(*) FROM range(10000000) a, range(10000) b WHERE a.range > 1")
    with ledger.reading(60) as cursor:
        assert cursor.execute("SELECT 1").fetchall() == [(1,)]


def test_whoever_asked_for_it_hears_that_it_is_too_complex() -> None:
    async def recognise(_: Request) -> None:
        """Find out who asks: nobody has to here."""

    app = FastAPI()
    install_error_answers(app, recognise)

    @app.get("/slow")
    def slow() -> None:
        raise TooComplexError("The answer took more than 30 s to find.")

    with served(app) as address:
        answer = httpx.get(f"{address}/slow")
    assert (answer.status_code, answer.json()) == (
        413,
        {
            "type": "epcisException:QueryTooComplexException",
            "title": "The answer took more than 30 s to find.",
            "status": 413,
        },
    )
