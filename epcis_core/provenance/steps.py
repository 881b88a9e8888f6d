"""The business steps by which goods change hands, and by which objects begin and end.

References:
    CBV 2.0, section 7.1: business steps
"""

from typing import Final

GIVING: Final = frozenset({"shipping", "consigning", "departing"})
TAKING: Final = frozenset({"receiving", "accepting", "arriving"})
SELLING: Final = frozenset({"retail_selling"})
VOIDING: Final = "void_shipping"
COMMISSIONING: Final = "commissioning"
DESTROYING: Final = "destroying"
DISPENSING: Final = "dispensing"
DECOMMISSIONING: Final = "decommissioning"
ENDING: Final = frozenset({DESTROYING, DECOMMISSIONING})
