"""Standard vocabularies in all their spellings, and units of measure.

A term of the Core Business Vocabulary may be written as a bare word (JSON), a URN (XML of
EPCIS 1.2), a Web URI (XML of EPCIS 2.0), a CURIE, or as some draft had it. All are the same term:
inside the library it is its Web URI, on a page its label. Which list a word belongs to is always
said by the caller, since `other` or `location` mean nothing by themselves.

    >>> canonical_term(VocabularyList.BIZ_STEP, "urn:epcglobal:cbv:bizstep:shipping")
    'https://ref.gs1.org/cbv/BizStep-shipping'
    >>> label(VocabularyList.BIZ_STEP, "shipping", "vi")
    'Xuất hàng'

Units are codes of UN/ECE Recommendation 20, with exact factors:

    >>> from decimal import Decimal
    >>> convert(Decimal("-18"), "CEL", "FAH")
    Decimal('-0.4')

The tables are data, in `schemas/vocabulary/`.
"""

from epcis_core.vocabulary.terms import (
    VocabularyList,
    bare_word,
    canonical_term,
    is_bare_word,
    is_standard,
    label,
    nearest_word,
    urn,
    words,
)
from epcis_core.vocabulary.units import Unit, convert, to_base, unit

__all__ = [
    "Unit",
    "VocabularyList",
    "bare_word",
    "canonical_term",
    "convert",
    "is_bare_word",
    "is_standard",
    "label",
    "nearest_word",
    "to_base",
    "unit",
    "urn",
    "words",
]
