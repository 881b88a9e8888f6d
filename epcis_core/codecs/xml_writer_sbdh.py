"""The StandardBusinessDocumentHeader that a header of EPCIS 1.2 must have, where there is none.

References:
    EPCIS 1.2, section 9.5 (EPCISHeader); SBDH 1.3
"""

from collections.abc import Mapping
from typing import Any, Final

from epcis_core.codecs.xml_names import SBDH
from epcis_core.codecs.xml_writer_extension import attribute, escaped

_TYPES: Final[Mapping[str, str]] = {"EPCISMasterDataDocument": "MasterData"}


def made_up_header(document: Mapping[str, Any]) -> str:
    """Return a header made of what a document says of itself, as an element.

    Args:
        document: the members of its head: its `sender`, `receiver` and `instanceIdentifier`, each
            empty in the header where it is absent, and when it was made.
    """
    identification = {
        "Standard": "EPCglobal",
        "TypeVersion": "1.0",
        "InstanceIdentifier": document.get("instanceIdentifier", ""),
        "Type": _TYPES.get(document["type"], "Events"),
        "CreationDateAndTime": document["creationDate"],
    }
    partners = (
        f"<sbdh:{name}><sbdh:Identifier>{escaped(document.get(name.lower(), ''))}"
        f"</sbdh:Identifier></sbdh:{name}>"
        for name in ("Sender", "Receiver")
    )
    said = (f"<sbdh:{name}>{escaped(one)}</sbdh:{name}>" for name, one in identification.items())
    return (
        f"<sbdh:StandardBusinessDocumentHeader{attribute('xmlns:sbdh', SBDH)}>"
        f"<sbdh:HeaderVersion>1.0</sbdh:HeaderVersion>{''.join(partners)}"
        f"<sbdh:DocumentIdentification>{''.join(said)}</sbdh:DocumentIdentification>"
        "</sbdh:StandardBusinessDocumentHeader>"
    )
