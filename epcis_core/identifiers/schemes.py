"""The table of GS1 keys, read from `schemas/identifiers/key_schemes.toml`.

Two kinds of row matter here. A *key* is an Application Identifier (AI) that begins an identifier,
such as 01, the GTIN. A *scheme* is what a key becomes with the qualifier that completes it: 01 with
21 is an SGTIN, 01 with 10 an LGTIN.

    >>> lgtin = SCHEMES["lgtin"]
    >>> lgtin.key.title, lgtin.qualifier.title, lgtin.level.value
    ('GTIN: trade item', 'batch or lot number', 'lot')

References:
    GS1 General Specifications, section 3; GS1 EPC Tag Data Standard, section 6
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any, Literal, NewType

CanonicalUri = NewType("CanonicalUri", str)
"""A URI that went through `canonical`: GS1 keys in canonical Digital Link form."""


class Level(StrEnum):
    """What an identifier stands for."""

    INSTANCE = "instance"
    """One object: an item with a serial number, a logistic unit, an asset."""
    LOT = "lot"
    """A batch of a trade item."""
    CLASS = "class"
    """A kind of object, without lot or serial number."""
    PLACE = "place"
    PARTY = "party"
    DOCUMENT = "document"
    """A document, shipment or consignment."""
    OTHER = "other"
    """No GS1 key that this library knows."""


@dataclass(frozen=True, slots=True)
class Part:
    """The value of one AI, as the table describes it.

    Attributes:
        ai: the AI, two to four digits.
        title: what it is, in English.
        names: words that old Digital Links write instead of the AI.
        format: its format in GS1's notation, such as `N13 [X..17]`.
        pattern: the same as a pattern for the whole decoded value.
    """

    ai: str
    title: str
    names: tuple[str, ...]
    format: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Key(Part):
    """An AI that begins an identifier.

    Attributes:
        check_at: index of the check digit in the value; None where the key has none.
        in_front: what stands before the company prefix: a digit of the number, the constant zero
            of a GRAI, or nothing.
        padded: lengths that are filled up to the full length with zeros from the left.
        bare: lengths at which digits alone are taken for this key.
        holds: `gtin` or `gln` where the value is or begins with one.
        qualifiers: AIs that may follow, in the order of a Digital Link path.
    """

    check_at: int | None
    in_front: Literal["", "digit", "zero"]
    padded: frozenset[int]
    bare: frozenset[int]
    holds: Literal["", "gtin", "gln"]
    qualifiers: tuple[str, ...]

    @property
    def prefix_at(self) -> int:
        """Index of the company prefix's first digit in the value."""
        return 1 if self.in_front else 0

    def filled_up(self, value: str) -> str:
        """Return a value in full length; only the GTIN has shorter ones."""
        return value.zfill(14) if len(value) in self.padded else value


@dataclass(frozen=True, slots=True)
class Qualifier(Part):
    """An AI that may follow a key.

    Attributes:
        role: `lot` or `serial` where the value is one, else empty.
        never_with: an AI that cannot stand beside this one, or None.
        none: the value that an EPC URI writes where there is none; None where it must have one.
    """

    role: Literal["", "lot", "serial"]
    never_with: str | None
    none: str | None


@dataclass(frozen=True, slots=True)
class Scheme:
    """A key with the qualifier that completes the identity.

    Attributes:
        name: the scheme's name, as in its EPC URI.
        key: the key it begins with.
        qualifier: the qualifier, or None.
        level: what its identifiers stand for.
        epc_uris: templates of its EPC URI, the one that is written first; empty where none exists.
        serial_in_key: whether the key's own value ends with a serial number.
    """

    name: str
    key: Key
    qualifier: Qualifier | None
    level: Level
    epc_uris: tuple[str, ...]
    serial_in_key: bool


_TABLE: Mapping[str, Any] = tomllib.loads(
    (files("schemas") / "identifiers" / "key_schemes.toml").read_text(encoding="utf-8")
)
_COMPONENT = re.compile(r"(\[?)([NXY])(\.\.)?([0-9]+)")


def _pattern(row: Mapping[str, Any], *, begins_with_prefix: bool) -> re.Pattern[str]:
    """Compile a row's format, with what the format cannot say in front of it."""
    pattern = ""
    for optional, kind, up_to, length in _COMPONENT.findall(row["format"]):
        characters = f"[{_TABLE['character_sets'][kind]}]"
        repeated = f"{characters}{{1,{length}}}" if up_to else f"{characters}{{{length}}}"
        pattern += f"(?:{repeated})?" if optional else repeated
    if row.get("in_front") == "zero":
        pattern = "(?=0)" + pattern
    if row.get("leading_zero") is False:
        pattern = "(?!0.)" + pattern
    if begins_with_prefix:
        pattern = f"(?=[0-9]{{{_TABLE['company_prefix']['shortest']}}})" + pattern
    return re.compile(pattern)


def _key(row: Mapping[str, Any]) -> Key:
    return Key(
        ai=row["ai"],
        title=row["title"],
        names=tuple(row["names"]),
        format=row["format"],
        pattern=_pattern(row, begins_with_prefix="check_at" not in row),
        check_at=row.get("check_at"),
        in_front=row.get("in_front", ""),
        padded=frozenset(row.get("padded", ())),
        bare=frozenset(row.get("bare", ())),
        holds=row.get("holds", ""),
        qualifiers=tuple(row.get("qualifiers", ())),
    )


def _qualifier(row: Mapping[str, Any]) -> Qualifier:
    return Qualifier(
        ai=row["ai"],
        title=row["title"],
        names=tuple(row.get("names", ())),
        format=row["format"],
        pattern=_pattern(row, begins_with_prefix=False),
        role=row.get("role", ""),
        never_with=row.get("never_with"),
        none=row.get("none"),
    )


def _scheme(row: Mapping[str, Any]) -> Scheme:
    epc_uris = (row["epc_uri"], *row.get("also_read", ())) if "epc_uri" in row else ()
    return Scheme(
        name=row["name"],
        key=KEYS[row["key"]],
        qualifier=QUALIFIERS[row["qualifier"]] if "qualifier" in row else None,
        level=Level(row["level"]),
        epc_uris=epc_uris,
        serial_in_key="qualifier" not in row and any(uri.endswith(".S") for uri in epc_uris),
    )


KEYS: Mapping[str, Key] = {row["ai"]: _key(row) for row in _TABLE["key"]}
"""Every key by its AI; the order decides where one barcode holds several."""

QUALIFIERS: Mapping[str, Qualifier] = {row["ai"]: _qualifier(row) for row in _TABLE["qualifier"]}
"""Every qualifier by its AI."""

SCHEMES: Mapping[str, Scheme] = {row["name"]: _scheme(row) for row in _TABLE["scheme"]}
"""Every scheme by its name."""

CANONICAL_DOMAIN: str = _TABLE["canonical_domain"]
"""The domain of canonical Digital Links."""

KEYS_WITHOUT_SCHEME: frozenset[str] = frozenset(_TABLE["keys_without_scheme"])
"""AIs that may begin a Digital Link but have no scheme here."""

EPC_URI_PREFIX_LENGTHS = range(
    _TABLE["company_prefix"]["shortest_in_epc_uri"],
    _TABLE["company_prefix"]["longest_in_epc_uri"] + 1,
)
"""Lengths of a company prefix that an EPC URI can have, in digits."""

ESCAPED: Mapping[str, str] = _TABLE["escaped"]
"""Characters that each spelling percent-encodes: `digital_link`, `epc_uri`, `event_hash`."""

SYMBOLOGIES: tuple[str, ...] = tuple(_TABLE["element_strings"]["symbologies"])
"""What a scanner puts in front of element strings."""


def _by_two_digits(rows: Mapping[str, list[str]]) -> Mapping[str, int]:
    """Turn `{"3": ["23-25"]}` into `{"23": 3, "24": 3, "25": 3}`."""
    spread = {}
    for number, ranges in rows.items():
        for first, _, last in (text.partition("-") for text in ranges):
            for two_digits in range(int(first), int(last or first) + 1):
                spread[f"{two_digits:02d}"] = int(number)
    return spread


AI_DIGITS: Mapping[str, int] = _by_two_digits(_TABLE["element_strings"]["ai_digits"])
"""Number of digits of an AI, by its first two."""

FIXED_LENGTHS: Mapping[str, int] = _by_two_digits(_TABLE["element_strings"]["fixed_length"])
"""Length of AI and value together where no separator follows, by the AI's first two digits."""
