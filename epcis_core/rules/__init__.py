"""The rules of EPCIS and CBV that an event's structure alone does not say.

Every rule is one function from an event to findings. The same rules run on JSON and XML, after the
codec has read the structure.
"""

from epcis_core.rules.check import check_event

__all__ = ["check_event"]
