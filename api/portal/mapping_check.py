"""What is wrong with a mapping before anything is sent by it: each fault with its place.

Without this a slip of the pen would have every lot rejected, one after the other, or leave out
silently what a portal wants.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel

from api.portal.mapping import Filling, MappingError, asked_in, in_form, is_form
from epcis_core.dossier.lot_record import LotRecord

ABOUT: Final = (
    "key",
    "hash",
    "operation",
    "time",
    "id",
    "gtin",
    "lot",
    "reference",
    "upstream",
)
"""What is said of a delivery beside the record."""


def faults_of_template(template: Any, filling: Filling, where: str) -> Iterator[str]:
    """Yield what is wrong with a template.

    Args:
        template: of a mapping file.
        filling: what it will be filled in with.
        where: it stands, such as `body`.
    """
    yield from _faults(template, LotRecord, filling, where)


def faults_of_text(text: str, where: str) -> Iterator[str]:
    """Yield what is wrong with a path or header in which something is put."""
    for name in asked_in(text):
        if name not in ABOUT:
            yield f"{where}: {{{name}}} is none of {', '.join(f'{{{one}}}' for one in ABOUT)}"


def faults_of_zone(zone: str) -> Iterator[str]:
    """Yield what is wrong with a zone."""
    try:
        in_form("2026-01-01T00:00:00Z", "dd", zone)
    except MappingError:
        yield f"zone: expected a zone such as +07:00, got {zone!r}"


def _faults(template: Any, shape: Any, filling: Filling, where: str) -> Iterator[str]:
    if isinstance(template, Mapping) and "each" in template:
        if template.keys() != {"each", "as"}:
            yield f"{where}: expected each and as, got {', '.join(template)}"
            return
        listed = _found(shape, str(template["each"]))
        if get_origin(listed) is not tuple:
            yield f"{where}.each: the record has no list {template['each']!r} there"
            return
        yield from _faults(template["as"], get_args(listed)[0], filling, f"{where}.as")
    elif isinstance(template, Mapping):
        for name, part in template.items():
            yield from _faults(part, shape, filling, f"{where}.{name}")
    elif isinstance(template, list):
        for number, part in enumerate(template):
            yield from _faults(part, shape, filling, f"{where}.{number}")
    elif isinstance(template, str) and not template.startswith("="):
        yield from _faults_of_said(template, shape, filling, where)


def _faults_of_said(text: str, shape: Any, filling: Filling, where: str) -> Iterator[str]:
    path, _, form = (part.strip() for part in text.partition("|"))
    if path.startswith("@"):
        if path[1:] not in ABOUT:
            yield f"{where}: {path} is none of {', '.join(f'@{one}' for one in ABOUT)}"
    elif _found(shape, path) is None:
        yield f"{where}: the record has no {path!r} there"
    word, _, name = form.partition(" ")
    if word == "values":
        if name not in filling.values:
            yield f"{where}: there is no table [values.{name}]"
    elif form and form != "number" and not is_form(form):
        yield f"{where}: expected number, values NAME, or a form such as dd/MM/yyyy, got {form!r}"


def _found(shape: Any, path: str) -> Any:
    """Return the type of what stands under names parted by full stops; None for nothing."""
    for name in path.split("."):
        shape = _inner(_known(shape), name)
    return _known(shape)


def _inner(shape: Any, name: str) -> Any:
    if get_origin(shape) is tuple:
        return get_args(shape)[0] if name.isdecimal() else None
    if isinstance(shape, type) and issubclass(shape, BaseModel) and name in shape.model_fields:
        return shape.model_fields[name].annotation
    return None


def _known(shape: Any) -> Any:
    """Return a type without its None."""
    if shape is None or get_origin(shape) is tuple:
        return shape
    return next((one for one in get_args(shape) if one is not type(None)), shape)
