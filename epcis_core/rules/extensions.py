"""Extension members: their prefix stands for a namespace.

References:
    EPCIS 2.0, section 10.1
"""

from collections.abc import Iterator
from typing import Any

from epcis_core.findings import Finding, Where, finding
from epcis_core.model.base import Extensible
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces


def prefixes_are_bound(event: EpcisEvent, namespaces: Namespaces) -> Iterator[Finding]:
    """A prefix that nobody declared has no meaning: one finding per prefix."""
    if namespaces.unknown:
        return  # a context that is not known here may declare it
    seen: set[str] = set()
    for pointer, name in _names(event):
        prefix = name.partition(":")[0]
        if namespaces.is_bound(name) or prefix in seen or "://" in name or name.startswith("urn:"):
            continue
        seen.add(prefix)
        yield finding("unbound_prefix", at=Where(pointer=pointer), prefix=prefix)


def _names(event: EpcisEvent) -> Iterator[tuple[str, str]]:
    parts: list[tuple[str, Any]] = [("", event)]
    parts += [("/errorDeclaration", event.error_declaration)]
    parts += [("/readPoint", getattr(event, "read_point", None))]
    parts += [("/bizLocation", getattr(event, "biz_location", None))]
    for index, element in enumerate(getattr(event, "sensor_element_list", None) or ()):
        base = f"/sensorElementList/{index}"
        parts += [(base, element), (f"{base}/sensorMetadata", element.sensor_metadata)]
        for number, report in enumerate(element.sensor_report):
            parts += [(f"{base}/sensorReport/{number}", report)]
    for base, part in parts:
        if isinstance(part, Extensible):
            for name in part.extensions:
                yield f"{base}/{name}", name
    for name in getattr(event, "ilmd", None) or {}:
        if ":" in name:
            yield f"/ilmd/{name}", name
