"""Identifiers that differ in their last part alone, such as the items of one product.

Nearly every identifier that a ledger sees is new, and nearly every one begins like others: with the
product whose serial number follows, or whose lot. What stands before the last part is a *stem*. It
is read once, by the readers of whole identifiers; of what follows it only remains to be asked
whether it has the right form. So a stem says nothing that the readers do not say.

    >>> stem = stem_of("urn:epc:id:sgtin:4012345.011111.")
    >>> stem.canonical + "9876", stem.level.value
    ('https://id.gs1.org/01/04012345111118/21/9876', 'instance')
    >>> stem_of("urn:epc:id:sscc:4012345.") is None  # a check digit hangs on what follows
    True
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import escaping
from epcis_core.identifiers.check_digits import check_digit
from epcis_core.identifiers.digital_link import read_digital_link
from epcis_core.identifiers.epc_uri import read_epc_uri
from epcis_core.identifiers.identifier import SCHEME_NAMES, Identifier
from epcis_core.identifiers.schemes import (
    CANONICAL_DOMAIN,
    EPC_URI_PREFIX_LENGTHS,
    KEYS,
    QUALIFIERS,
    SCHEMES,
    CanonicalUri,
    Key,
    Level,
)

_CACHE_SIZE: Final = 2**12
_PARTS: Final = {**KEYS, **QUALIFIERS}

_NUMBER: Final = ":C.R"  # all that follows in the template of such an EPC URI

is_plain: Final = re.compile("[A-Za-z0-9._-]+").fullmatch
"""Tells whether no spelling of identifiers escapes anything in a text."""


class Stem(NamedTuple):
    """What identifiers have in common that differ in their last part alone.

    Attributes:
        level: what they stand for.
        canonical: what their canonical Digital Links begin with.
        hash_form: what their forms in the event hash begin with.
        scheme: the name of their scheme.
        before: Application Identifiers with their values, but for the last.
        ai: the last.
        value: what its value begins with; the last part ends it.
        takes: tells, by something that is true, whether it may have a value.
    """

    level: Level
    canonical: CanonicalUri
    hash_form: str
    scheme: str
    before: tuple[tuple[str, str], ...]
    ai: str
    value: str
    takes: Callable[[str], object]

    def identifier(self, last: str) -> Identifier:
        """Return the identifier that ends with a last part, which is plain and of its form."""
        return Identifier(self.scheme, (*self.before, (self.ai, self.value + last)))


def cut_urn(uri: str) -> tuple[str, str]:
    """Cut an EPC URI before its last part, which stands behind the second dot and may hold more.

    >>> cut_urn("urn:epc:id:sgtin:4012345.011111.A.7")
    ('urn:epc:id:sgtin:4012345.011111', 'A.7')
    """
    start, _, last = uri.rpartition(".")
    if start.count(".") > 1:
        company, reference, last = uri.split(".", 2)
        start = f"{company}.{reference}"
    return start, last


def read_uri(uri: str) -> Identifier | None:
    """Return the GS1 key that a URI spells; None for any other URI.

    Raises:
        IdentifierError: as `read_digital_link` and `read_epc_uri`.
    """
    if uri[:4].lower() == "http":
        return read_digital_link(uri)
    return read_epc_uri(uri)


class Beginning:
    """How identifiers begin, with their stem once a second one begins so.

    Attributes:
        stem: None also where nothing is known yet; `again` tells.
    """

    __slots__ = ("_is_new", "_is_read", "_start", "stem")

    def __init__(self, start: str) -> None:
        self.stem = _OF_KEYS.get(start)
        self._start = start
        self._is_new = True
        self._is_read = False

    def again(self) -> Stem | None:
        """Return the stem; of the first identifier none, since a stem takes two readings."""
        if self._is_new:
            self._is_new = False
        elif not self._is_read:
            self.stem = self.stem or stem_of(self._start)
            self._is_read = True
        return self.stem


@lru_cache(_CACHE_SIZE)
def beginning_of_link(start: str) -> Beginning:
    """Return how Digital Links begin, given what stands before their last slash."""
    return Beginning(f"{start}/")


@lru_cache(_CACHE_SIZE)
def beginning_of_urn(start: str) -> Beginning:
    """Return how EPC URIs begin, given what stands before the dot of their last part."""
    return Beginning(f"{start}.")


def stem_of(start: str) -> Stem | None:
    """Return the stem of identifiers that begin so, up to the slash or dot before the last part.

    Two of them are read. Where both end with what stands behind the start, and are alike but for
    that, only the value of their last part hangs on it.
    """
    one = _stem_by(start, "1")
    return one if one is not None and one == _stem_by(start, "2") else None


def _stem_by(start: str, last: str) -> Stem | None:
    """Return the stem of one identifier, cut before its last character."""
    try:
        read = read_uri(start + last)
    except IdentifierError:
        return None
    if read is None:
        return None
    ai, value = read.ais[-1]
    link, form = read.digital_link(), read.digital_link(escaping.EVENT_HASH)
    may_be_none = ai in QUALIFIERS and QUALIFIERS[ai].none is not None
    if may_be_none or not all(text.endswith(last) for text in (value, link, form)):
        return None
    return Stem(
        level=read.level,
        canonical=CanonicalUri(link[:-1]),
        hash_form=link[:-1] if form == link else form[:-1],
        scheme=read.scheme,
        before=read.ais[:-1],
        ai=ai,
        value=value[:-1],
        takes=_PARTS[ai].pattern.fullmatch,
    )


def _of_key(key: Key) -> Stem:
    """Return the stem of canonical Digital Links of a key that stands alone.

    A key whose value may end with a serial number is meant with one; without, it is of another
    scheme.
    """
    start = CanonicalUri(f"https://{CANONICAL_DOMAIN}/{key.ai}/")
    has_serial = (key.ai, "serial") in SCHEME_NAMES
    name = SCHEME_NAMES[key.ai, "serial" if has_serial else ""]
    is_formed, at = key.pattern.fullmatch, key.check_at

    def takes(value: str) -> bool:
        if is_formed(value) is None:
            return False
        if at is None:
            return True
        return (len(value) > at + 1) is has_serial and check_digit(value[:at]) == value[at]

    return Stem(SCHEMES[name].level, start, start, name, (), key.ai, "", takes)


_OF_KEYS: Final = {f"https://{CANONICAL_DOMAIN}/{key.ai}/": _of_key(key) for key in KEYS.values()}


class Numbers(NamedTuple):
    """The numbers of one company, as EPC URIs have them: without their check digit.

    Attributes:
        stem: of their canonical Digital Links.
        company: the company prefix.
        ahead: how many digits of the reference stand before it in the number.
        width: how many digits a reference has.
    """

    stem: Stem
    company: str
    ahead: int
    width: int

    def with_reference(self, reference: str) -> str | None:
        """Return a number with its check digit; None where the reference is of another form."""
        if len(reference) != self.width or not (reference.isascii() and reference.isdigit()):
            return None
        payload = reference[: self.ahead] + self.company + reference[self.ahead :]
        return payload + check_digit(payload)


# Beginnings of EPC URIs that hold nothing but a number, up to the colon before the company prefix.
_OF_NUMBERS: Final = {
    uri.removesuffix(_NUMBER): scheme.key
    for scheme in SCHEMES.values()
    for uri in scheme.epc_uris
    if uri.endswith(_NUMBER) and scheme.key.check_at is not None
}


@lru_cache(_CACHE_SIZE)
def numbers_of(start: str) -> Numbers | None:
    """Return the numbers of the company whose prefix ends the start of an EPC URI.

    >>> numbers_of("urn:epc:id:sscc:4012345").with_reference("0000000001")
    '040123450000000016'
    """
    beginning, _, company = start.rpartition(":")
    key = _OF_NUMBERS.get(beginning)
    if key is None or key.check_at is None:
        return None
    if len(company) not in EPC_URI_PREFIX_LENGTHS or not (company.isascii() and company.isdigit()):
        return None
    stem = _OF_KEYS[f"https://{CANONICAL_DOMAIN}/{key.ai}/"]
    return Numbers(stem, company, key.prefix_at, key.check_at - len(company))
