"""Reading an event again from the text that the ledger keeps."""

from epcis_core.codecs.jsonld import read_json_event
from epcis_core.codecs.xml_event import read_xml_event
from epcis_core.findings import Syntax
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces


def read_stored_event(text: str, syntax: Syntax, namespaces: Namespaces) -> EpcisEvent:
    """Read one event.

    Args:
        text: the event exactly as received.
        syntax: how to parse it.
        namespaces: the prefixes in force around it.

    Raises:
        ParseError: the text is no event.
    """
    return read_json_event(text) if syntax == "json" else read_xml_event(text, namespaces)
