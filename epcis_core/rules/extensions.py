"""Extension members: their prefix stands for a namespace.

References:
    EPCIS 2.0, section 10.1
"""

from collections.abc import Iterable, Iterator
from typing import Any

from epcis_core.findings import Finding, Path, Where, finding, pointer_of
from epcis_core.model.base import Extensible
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces

_OWN_SCHEMES = ("urn:", "http:", "https:", "tag:")


def prefixes_are_bound(event: EpcisEvent, namespaces: Namespaces) -> Iterator[Finding]:
    """A prefix that nobody declared has no meaning: one finding per prefix."""
    if namespaces.unknown:
        return  # a context that is not known here may declare it
    seen: set[str] = set()
    for name, path in _names(event):
        if ":" not in name or name.startswith(_OWN_SCHEMES) or namespaces.is_bound(name):
            continue
        prefix = name.removeprefix("@").partition(":")[0]
        if prefix in seen:
            continue
        seen.add(prefix)
        yield finding("unbound_prefix", at=Where(pointer=pointer_of(path)), prefix=prefix)


def _names(event: EpcisEvent) -> Iterator[tuple[str, Path]]:
    """Yield name and path of every member that the standard does not define, and the type."""
    yield event.type, ("type",)
    yield from _extensions(event, ())
    yield from _extensions(event.error_declaration, ("errorDeclaration",))
    given = vars(event).get
    yield from _extensions(given("read_point"), ("readPoint",))
    yield from _extensions(given("biz_location"), ("bizLocation",))
    for index, element in enumerate(given("sensor_element_list") or ()):
        base = ("sensorElementList", index)
        yield from _extensions(element, base)
        yield from _extensions(element.sensor_metadata, (*base, "sensorMetadata"))
        for number, report in enumerate(element.sensor_report):
            yield from _extensions(report, (*base, "sensorReport", number))
    if ilmd := given("ilmd"):
        yield from _nested(ilmd, ("ilmd",))


def _extensions(part: Extensible | None, path: Path) -> Iterable[tuple[str, Path]]:
    extra = None if part is None else part.model_extra
    return _nested(extra, path) if extra else ()


def _nested(value: Any, path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the names inside an extension's value, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            here = (*path, name)
            yield name, here
            if isinstance(inner, dict | list):
                yield from _nested(inner, here)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if isinstance(inner, dict | list):
                yield from _nested(inner, (*path, index))
