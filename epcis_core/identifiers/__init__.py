"""GS1 identifiers: one table of schemes, and the way between all their spellings.

The ledger knows an object by its canonical Digital Link (`canonical`), which every other spelling
leads to without knowing the length of a company prefix. What the schemes are stands in
`schemas/identifiers/key_schemes.toml`.

    >>> item = parse_identifier("(01)04012345111118(10)L1(21)9876")
    >>> item.digital_link(), item.lot, item.level.value
    ('https://id.gs1.org/01/04012345111118/21/9876', 'L1', 'instance')
    >>> item.epc_uri()
    'urn:epc:id:sgtin:4012345.011111.9876'
"""

from epcis_core.identifiers.check_digits import check_digit
from epcis_core.identifiers.company_prefix import length_of as company_prefix_length
from epcis_core.identifiers.identifier import Identifier, identifier_of
from epcis_core.identifiers.mistyped import meant_by, mistyped
from epcis_core.identifiers.reading import (
    canonical,
    hash_form,
    identifier_in,
    level_of,
    parse_identifier,
    parse_level,
    party_of,
    place_of,
    recognised,
)
from epcis_core.identifiers.schemes import CanonicalUri, Level

__all__ = [
    "CanonicalUri",
    "Identifier",
    "Level",
    "canonical",
    "check_digit",
    "company_prefix_length",
    "hash_form",
    "identifier_in",
    "identifier_of",
    "level_of",
    "meant_by",
    "mistyped",
    "parse_identifier",
    "parse_level",
    "party_of",
    "place_of",
    "recognised",
]
