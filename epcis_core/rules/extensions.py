"""Extension members: their prefix stands for a namespace.

References:
    EPCIS 2.0, section 10.1
"""

from collections.abc import Iterator
from typing import Any

from epcis_core.findings import Finding, Where, escape_pointer, finding
from epcis_core.model.base import Extensible
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces

_OWN_SCHEMES = ("urn:", "http:", "https:", "tag:")


def prefixes_are_bound(event: EpcisEvent, namespaces: Namespaces) -> Iterator[Finding]:
    """A prefix that nobody declared has no meaning: one finding per prefix."""
    if namespaces.unknown:
        return  # a context that is not known here may declare it
    seen: set[str] = set()
    for pointer, name in _names(event):
        prefix, colon, _ = name.removeprefix("@").partition(":")
        if (
            not colon
            or prefix in seen
            or name.startswith(_OWN_SCHEMES)
            or namespaces.is_bound(name)
        ):
            continue
        seen.add(prefix)
        yield finding("unbound_prefix", at=Where(pointer=pointer), prefix=prefix)


def _names(event: EpcisEvent) -> Iterator[tuple[str, str]]:
    """Yield pointer and name of every member that the standard does not define."""
    yield "/type", event.type
    yield from _extensions(event, "")
    yield from _extensions(event.error_declaration, "/errorDeclaration")
    yield from _extensions(getattr(event, "read_point", None), "/readPoint")
    yield from _extensions(getattr(event, "biz_location", None), "/bizLocation")
    for index, element in enumerate(getattr(event, "sensor_element_list", None) or ()):
        base = f"/sensorElementList/{index}"
        yield from _extensions(element, base)
        yield from _extensions(element.sensor_metadata, f"{base}/sensorMetadata")
        for number, report in enumerate(element.sensor_report):
            yield from _extensions(report, f"{base}/sensorReport/{number}")
    yield from _nested(getattr(event, "ilmd", None), "/ilmd")


def _extensions(part: Extensible | None, pointer: str) -> Iterator[tuple[str, str]]:
    if part is not None and part.extensions:
        yield from _nested(part.extensions, pointer)


def _nested(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield the names inside an extension's value, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            here = f"{pointer}/{escape_pointer(name)}"
            yield here, name
            yield from _nested(inner, here)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nested(inner, f"{pointer}/{index}")
