"""The rules of EPCIS and CBV that the structure of events and documents alone does not say.

Every rule is one function from an event, or a document's head, to findings. The same rules run on
JSON and XML, after the codec has read the structure.
"""

from epcis_core.rules.check import check_event
from epcis_core.rules.documents import check_head

__all__ = ["check_event", "check_head"]
