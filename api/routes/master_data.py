"""Master data over HTTP: SimpleMasterDataQuery, for which the REST interface has no resource.

References:
    EPCIS 2.0, section 8.2.7.2
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.access.asker import view_of
from api.clock import now
from api.event_documents import Formats
from api.routes.events import EVENT_ANSWERS, Answering, answering
from api.spooled import spooled
from api.wire.discovery import discovery
from api.wire.headers import answer_headers, json_or_xml
from api.wire.versions import accepted_versions
from epcis_core.codecs.document import Envelope
from epcis_core.codecs.jsonld_writer import context_of, json_bytes
from epcis_core.codecs.xml_writer import XmlWriter
from epcis_core.findings import Syntax
from epcis_core.model.documents import DocumentOfResults
from epcis_core.model.epc_format import in_epc_format
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.times import utc_text
from epcis_core.query.master_data_query import parse_master_data_query
from epcis_core.store.master_data_query import query_master_data

router = APIRouter(
    prefix="/epcis", tags=["EPCIS 2.0: master data"], dependencies=[Depends(accepted_versions)]
)

MASTER_DATA_QUERY: Final = "SimpleMasterDataQuery"


@router.get("/masterData", summary=MASTER_DATA_QUERY, response_model=None, responses=EVENT_ANSWERS)
def get_master_data(request: Request, how: Annotated[Answering, Depends(answering)]) -> Response:
    """Answer with the master data that a SimpleMasterDataQuery asks for."""
    formats, prefixes = how
    syntax, media_type = json_or_xml(request)
    query = parse_master_data_query(request.query_params.multi_items())
    found = query_master_data(request.app.state.ledger, view_of(request), query)
    vocabularies = [one.model_dump(by_alias=True, exclude_unset=True) for one in found]
    return spooled(_document(vocabularies, syntax, formats), media_type, answer_headers(prefixes))


@router.options("/masterData", summary="What /masterData offers", status_code=204)
def offer() -> Response:
    """Answer with methods, versions and formats."""
    return discovery("GET")


def _document(vocabularies: list[Any], syntax: Syntax, formats: Formats) -> Iterator[bytes]:
    written = utc_text(now())
    head = DocumentOfResults.model_validate(
        {
            "@context": context_of({}),
            "type": "EPCISQueryDocument",
            "schemaVersion": "2.0",
            "creationDate": written,
            "epcisBody": {
                "queryResults": {
                    "queryName": MASTER_DATA_QUERY,
                    "resultsBody": {"eventList": [], "vocabularyList": vocabularies},
                }
            },
        }
    )
    head, _ = in_epc_format(head, formats.epc_format)
    if syntax == "json":
        yield json_bytes(head)
        return
    envelope = Envelope("json", "EPCISQueryDocument", Namespaces(), head=head)
    writer = XmlWriter(envelope, now=written, holds_events=False, cbv_format=formats.cbv_format)
    yield writer.start()
    yield writer.end()
