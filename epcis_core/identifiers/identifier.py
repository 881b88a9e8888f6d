"""A GS1 identifier as a value, and its three spellings.

>>> lot = identifier_of({"01": "08931234567897", "10": "L/1"}, text="two spreadsheet cells")
>>> lot.digital_link()
'https://id.gs1.org/01/08931234567897/10/L%2F1'
>>> lot.element_string()
'(01)08931234567897(10)L/1'
>>> lot.epc_uri(prefix_length=9)
'urn:epc:class:lgtin:893123456.0789.L%2F1'
"""

from collections.abc import Mapping
from typing import NamedTuple

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import company_prefix, escaping
from epcis_core.identifiers.check_digits import check_digit
from epcis_core.identifiers.schemes import (
    CANONICAL_DOMAIN,
    EPC_URI_PREFIX_LENGTHS,
    KEYS,
    QUALIFIERS,
    SCHEMES,
    CanonicalUri,
    Key,
    Level,
    Part,
)

BRACKET = r"\("
"""An opening bracket that belongs to a value of an element string."""

SCHEME_NAMES: dict[tuple[str, str], str] = {}
"""The scheme of a key's AI with a qualifier's, with `serial` where it ends with one, or with ``."""
for _scheme in SCHEMES.values():
    if _scheme.qualifier is not None:
        SCHEME_NAMES[_scheme.key.ai, _scheme.qualifier.ai] = _scheme.name
    if _scheme.qualifier is None or _scheme.qualifier.none is not None:
        SCHEME_NAMES[_scheme.key.ai, "serial" if _scheme.serial_in_key else ""] = _scheme.name


class Identifier(NamedTuple):
    """One GS1 key with its qualifiers, valid as the parsers of this package make it.

    Two identifiers name the same object when their `digital_link()` is equal; `ais` may hold more,
    such as the lot of an item that has a serial number.

    Attributes:
        scheme: name of its scheme, such as `sgtin`; a key without its serial number is `gtin`,
            `grai_class`, `gdti_class`, `sgcn_class`, `cpi_class` or `itip_class`.
        ais: Application Identifiers with their decoded values, the key first, then qualifiers in
            the order of a Digital Link.
    """

    scheme: str
    ais: tuple[tuple[str, str], ...]

    @property
    def level(self) -> Level:
        """What the identifier stands for."""
        return SCHEMES[self.scheme].level

    @property
    def gtin(self) -> str | None:
        """The trade item's GTIN, 14 digits; None where the key holds none."""
        key, value = self.ais[0]
        return value[:14] if KEYS[key].holds == "gtin" else None

    @property
    def lot(self) -> str | None:
        """The batch or lot number; also of an item that has a serial number."""
        return self._with_role("lot")

    @property
    def serial(self) -> str | None:
        """The serial number beside or at the end of a key; None for keys that are one whole."""
        scheme = SCHEMES[self.scheme]
        if scheme.serial_in_key:
            return _after_check_digit(scheme.key, self.ais[0][1])
        return self._with_role("serial")

    @property
    def gln(self) -> str | None:
        """The GLN of a place or party, 13 digits."""
        key, value = self.ais[0]
        return value if KEYS[key].holds == "gln" else None

    def _with_role(self, role: str) -> str | None:
        found = (value for ai, value in self.ais[1:] if QUALIFIERS[ai].role == role)
        return next(found, None)

    def digital_link(self, escapes: escaping.Escapes = escaping.DIGITAL_LINK) -> CanonicalUri:
        """Return the canonical Digital Link: the key and the qualifier that completes it.

        Args:
            escapes: what to percent-encode; the event hash has a set of its own.

        References:
            GS1 Digital Link Standard: URI Syntax, canonical GS1 Digital Link URIs
        """
        key, value = self.ais[0]
        uri = f"https://{CANONICAL_DOMAIN}/{key}/{escaping.escaped(value, escapes)}"
        qualifier = SCHEMES[self.scheme].qualifier
        if qualifier is not None:
            for ai, value in self.ais[1:]:
                if ai == qualifier.ai:
                    uri += f"/{ai}/{escaping.escaped(value, escapes)}"
        return CanonicalUri(uri)

    def element_string(self) -> str:
        r"""Return all Application Identifiers in brackets, as printed under a barcode.

        An opening bracket within a value is written `\(`, so that the text can be read back.
        """
        return "".join(f"({ai}){value.replace('(', BRACKET)}" for ai, value in self.ais)

    def epc_uri(self, prefix_length: int | None = None) -> str | None:
        """Return the EPC URI: pure identity, class or pattern.

        Args:
            prefix_length: length of the company prefix in digits; looked up if None.

        Returns:
            None where the scheme has no EPC URI, the length is unknown, or the key has no room
            for a prefix of that length.

        References:
            GS1 EPC Tag Data Standard, section 6
        """
        scheme = SCHEMES[self.scheme]
        key, value = scheme.key, self.ais[0][1]
        if not scheme.epc_uris:
            return None
        length = prefix_length or company_prefix.length_of(key.ai, value)
        if length is None or length not in EPC_URI_PREFIX_LENGTHS:
            return None
        company, reference = _split(key, value, length)
        if not company.isdigit() or (key.check_at is None and not reference):
            return None
        tail = _after_check_digit(key, value)
        serial = tail
        if scheme.qualifier is not None:
            serial = dict(self.ais).get(scheme.qualifier.ai, scheme.qualifier.none or "")
        fields = {"C": company, "R": reference, "P": tail[:2], "T": tail[2:], "S": serial, "*": "*"}
        start, _, template = scheme.epc_uris[0].rpartition(":")
        written = (fields[field] for field in template.split("."))
        return f"{start}:{'.'.join(escaping.escaped(one, escaping.EPC_URI) for one in written)}"


def _after_check_digit(key: Key, value: str) -> str:
    """Return what follows a key's check digit; empty for keys without one."""
    return "" if key.check_at is None else value[key.check_at + 1 :]


def _split(key: Key, value: str, length: int) -> tuple[str, str]:
    """Split a key's value into company prefix and reference, as an EPC URI has them."""
    number = value[: key.check_at]
    end = key.prefix_at + length
    indicator = number[0] if key.in_front == "digit" else ""
    return number[key.prefix_at : end], indicator + number[end:]


def identifier_of(elements: Mapping[str, str], *, text: str) -> Identifier:
    """Return the identifier that Application Identifiers and their values make.

    Where several keys are present the first in the order of the table is taken, the thing itself
    before its papers and places; what does not belong to it is ignored.

    Args:
        elements: decoded values by AI. A GTIN may have 8, 12, 13 or 14 digits.
        text: what they were read from, for the error.

    Raises:
        IdentifierError: `not_an_identifier` without a key, `malformed_identifier` where a value is
            not in its format, `wrong_check_digit`.
    """
    for ai, key in KEYS.items():
        if ai in elements:
            return identifier_of_key(key, elements, text=text)
    raise IdentifierError("not_an_identifier", value=text)


def identifier_of_key(key: Key, elements: Mapping[str, str], *, text: str) -> Identifier:
    """Return the identifier that begins with a given key, as `identifier_of` does."""
    value = key.filled_up(elements[key.ai])
    check_format(key, value, text)
    if key.check_at is not None:
        expected = check_digit(value[: key.check_at])
        if value[key.check_at] != expected:
            raise _wrong_check_digit(key, {**elements, key.ai: value}, expected, text)
    return qualified(key, value, elements, text=text)


def qualified(key: Key, value: str, elements: Mapping[str, str], *, text: str) -> Identifier:
    """Return the identifier of a key with a value that is right, and of the qualifiers given."""
    ais = [(key.ai, value)]
    scheme = SCHEME_NAMES[key.ai, ""]
    if key.check_at is not None and len(value) > key.check_at + 1:
        scheme = SCHEME_NAMES.get((key.ai, "serial"), scheme)
    for ai in key.qualifiers:
        if ai in elements:
            qualifier, value = QUALIFIERS[ai], elements[ai]
            if value == qualifier.none:
                continue
            check_format(qualifier, value, text)
            other = qualifier.never_with
            if other in elements:
                raise malformed(text, f"({other}) / ({ai})", f"({other}) + ({ai})")
            ais.append((ai, value))
            scheme = SCHEME_NAMES.get((key.ai, ai), scheme)
    return Identifier(scheme, tuple(ais))


def _wrong_check_digit(
    key: Key, elements: Mapping[str, str], expected: str, text: str
) -> IdentifierError:
    """Return the error for a wrong check digit, with the identifier that was probably meant."""
    value, at = elements[key.ai], key.check_at or 0
    right = value[:at] + expected + value[at + 1 :]
    try:
        meant = identifier_of_key(key, {**elements, key.ai: right}, text=text).digital_link()
    except IdentifierError:
        meant = None
    return IdentifierError(
        "wrong_check_digit", meant=meant, value=text, expected=expected, actual=value[at]
    )


def check_format(part: Part, value: str, text: str) -> None:
    """Raise unless a value is in its format: `malformed_identifier`, see `malformed`."""
    if part.pattern.fullmatch(value) is None:
        raise malformed(text, f"({part.ai}) {part.format}", value)


def malformed(text: str, expected: str, actual: str) -> IdentifierError:
    """Return the error for a text that claims to be a GS1 key and is none.

    Args:
        text: the whole text.
        expected: the form, in the notation of the table, which is the same in every language.
        actual: what stands in its place.
    """
    return IdentifierError("malformed_identifier", value=text, expected=expected, actual=actual)
