"""What documents of EPCIS and reports are called on their way."""

from collections.abc import Mapping
from typing import Final

from epcis_core.findings import Syntax

MEDIA_TYPES: Final[Mapping[Syntax, str]] = {"json": "application/json", "xml": "application/xml"}
"""What documents of EPCIS are, by their syntax."""

LINES: Final = "application/x-ndjson"
"""Reports as they come, one a line."""
