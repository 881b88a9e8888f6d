"""Reading EPC URIs: `urn:epc:id:…`, `urn:epc:class:…` and the class form of `urn:epc:idpat:…`.

    >>> read_epc_uri("urn:epc:id:sgtin:4012345.011111.9876").digital_link()
    'https://id.gs1.org/01/04012345111118/21/9876'

References:
    GS1 EPC Tag Data Standard, sections 6 (pure identity) and 8 (patterns)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from epcis_core.identifiers.check_digits import check_digit
from epcis_core.identifiers.escaping import decode_epc_uri
from epcis_core.identifiers.identifier import (
    Identifier,
    check_format,
    malformed,
    qualified,
)
from epcis_core.identifiers.schemes import EPC_URI_PREFIX_LENGTHS, SCHEMES, Key, Scheme

_START = "urn:epc:"
# RFC 8141: only "urn" and "epc" may be in capitals; the rest is matched so as to be refused.
_EPC_URI = re.compile("urn:epc:(id|class|idpat):([a-z]+):(.*)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Template:
    """How one EPC URI is built: its scheme, and the letters of the table."""

    scheme: Scheme
    uri: str
    fields: tuple[str, ...]


def _templates() -> Mapping[tuple[str, str], _Template]:
    found = {}
    for scheme in SCHEMES.values():
        for uri in scheme.epc_uris:
            _, _, kind, name, fields = uri.split(":")
            found[kind, name] = _Template(scheme, uri, tuple(fields.split(".")))
    return found


_TEMPLATES = _templates()
_PIECE_DIGITS = 2
_GS1_NAMES = frozenset(name for _, name in _TEMPLATES)


def read_epc_uri(text: str) -> Identifier | None:
    """Return the identifier that an EPC URI names.

    Returns:
        None for what is no EPC URI of a GS1 key: other URIs, schemes such as `gid` or `bic`, and
        patterns that stand for more than one class.

    Raises:
        IdentifierError: `malformed_identifier` for an EPC URI of a GS1 key that breaks its rules.
    """
    if text[: len(_START)].lower() != _START:
        return None
    found = _EPC_URI.fullmatch(text)
    if found is None:
        return None
    kind, name, body = found.groups()
    template = _TEMPLATES.get((kind, name))
    if kind == "idpat":
        classes, _, serial = body.rpartition(".")
        if template is None or serial != "*" or "*" in classes or "[" in classes:
            return None
    if template is None:
        if name.lower() not in _GS1_NAMES:
            return None
        expected = next(each.uri for each in _TEMPLATES.values() if f":{name.lower()}:" in each.uri)
        raise malformed(text, expected, text)
    return _read(template, body, text)


def _read(template: _Template, body: str, text: str) -> Identifier:
    """Read the fields of an EPC URI and complete the check digit."""
    fields = body.split(".", len(template.fields) - 1)
    if len(fields) != len(template.fields):
        raise malformed(text, template.uri, body)
    scheme = template.scheme
    value = _key_value(scheme.key, fields[0], fields[1], text)
    elements = {}
    for letter, field in zip(template.fields[2:], fields[2:], strict=True):
        if letter == "S":
            serial = decode_epc_uri(field)
            if scheme.qualifier is None:
                value += serial
            else:
                elements[scheme.qualifier.ai] = serial
        elif letter != "*":
            if len(field) != _PIECE_DIGITS:
                raise malformed(text, f"{letter} N{_PIECE_DIGITS}", field)
            value += field
    check_format(scheme.key, value, text)
    identifier = qualified(scheme.key, value, elements, text=text)
    if identifier.scheme != scheme.name:
        # Without its serial number a key is a class, which has an EPC URI of another form.
        raise malformed(text, template.uri, body)
    return identifier


def _key_value(key: Key, company: str, reference: str, text: str) -> str:
    """Put a key together from company prefix and reference, with its check digit."""
    if len(company) not in EPC_URI_PREFIX_LENGTHS or not _are_digits(company):
        longest = EPC_URI_PREFIX_LENGTHS[-1]
        raise malformed(text, f"C N{EPC_URI_PREFIX_LENGTHS[0]}..{longest}", company)
    if key.check_at is None:
        if not reference:
            raise malformed(text, "R", reference)
        return company + decode_epc_uri(reference)
    if key.in_front == "digit":
        payload = reference[:1] + company + reference[1:]
    else:
        payload = ("0" if key.in_front else "") + company + reference
    if len(payload) != key.check_at or not _are_digits(payload):
        width = key.check_at - (key.in_front == "zero")
        raise malformed(text, f"C.R N{width}", f"{company}.{reference}")
    return payload + check_digit(payload)


def _are_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
