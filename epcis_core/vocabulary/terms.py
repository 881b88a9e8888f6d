"""The CBV vocabularies: one table from every spelling to its word.

References:
    CBV 2.0, section 7 (standard vocabularies); EPCIS 2.0, section 10.3 (JSON-LD contexts);
    GS1 Web vocabulary (measurement and alert types)
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class VocabularyList(StrEnum):
    """A list of standard terms; a word means something only inside its list.

    The value is the list's name in `schemas/vocabulary/cbv.json`, which also says in which
    fields it is used.
    """

    BIZ_STEP = "biz_step"
    DISPOSITION = "disposition"
    BUSINESS_TRANSACTION_TYPE = "business_transaction_type"
    SOURCE_DEST_TYPE = "source_dest_type"
    ERROR_REASON = "error_reason"
    COMPONENT = "component"
    SENSOR_ALERT_TYPE = "sensor_alert_type"
    MEASUREMENT_TYPE = "measurement_type"


@dataclass(frozen=True, slots=True)
class _Terms:
    """One list, ready for lookups.

    Attributes:
        labels: bare word to its labels by language, in the list's order.
        prefixes: what may stand before a word, longest first.
        word_of: every spelling of every term to its bare word.
        web_of: every spelling to the term's Web URI.
        urn_of: every spelling to the term's URN, or to its Web URI in a list without URNs.
    """

    labels: Mapping[str, Mapping[str, str]]
    prefixes: tuple[str, ...]
    word_of: Mapping[str, str]
    web_of: Mapping[str, str]
    urn_of: Mapping[str, str]


def _terms(row: Mapping[str, Any]) -> _Terms:
    web: str = row["web"]
    urn_prefix: str = row["urn"] or web
    prefixes = {web, urn_prefix, row["curie"], *row["also"]}
    word_of: dict[str, str] = dict(row.get("aliases", {}))
    for word in row["words"]:
        word_of[word] = word
        word_of |= {prefix + word: word for prefix in prefixes}
    return _Terms(
        labels=row["words"],
        prefixes=tuple(sorted(prefixes, key=len, reverse=True)),
        word_of=word_of,
        web_of={spelling: web + word for spelling, word in word_of.items()},
        urn_of={spelling: urn_prefix + word for spelling, word in word_of.items()},
    )


@cache
def _lists() -> Mapping[VocabularyList, _Terms]:
    source = files("schemas") / "vocabulary" / "cbv.json"
    rows = json.loads(source.read_text(encoding="utf-8"))["lists"]
    return {vocabulary: _terms(rows[vocabulary]) for vocabulary in VocabularyList}


def canonical_term(vocabulary: VocabularyList, value: str) -> str:
    """Return a term's Web URI, the one spelling the library compares and stores.

    Args:
        vocabulary: the list that the field takes its values from.
        value: a term in any spelling, or a value of somebody else's vocabulary.

    Returns:
        The Web URI of a standard term. Any other value exactly as given, a word of another
        list included.

    References:
        CBV 2.0, section 7; the event hash, CBV 2.0, section 8.9, compares the same form

    Examples:
        >>> canonical_term(VocabularyList.MEASUREMENT_TYPE, "gs1:Temperature")
        'https://gs1.org/voc/Temperature'
        >>> canonical_term(VocabularyList.DISPOSITION, "shipping")
        'shipping'
    """
    return _lists()[vocabulary].web_of.get(value, value)


def bare_word(vocabulary: VocabularyList, value: str) -> str:
    """Return a standard term as the bare word that JSON uses; any other value as given.

    >>> bare_word(VocabularyList.SOURCE_DEST_TYPE, "urn:epcglobal:cbv:sdt:owning_party")
    'owning_party'
    """
    return _lists()[vocabulary].word_of.get(value, value)


def urn(vocabulary: VocabularyList, value: str) -> str:
    """Return a standard term as its URN; any other value as given.

    Measurement and alert types have no URN and come as their Web URI.

    >>> urn(VocabularyList.DISPOSITION, "recalled")
    'urn:epcglobal:cbv:disp:recalled'
    """
    return _lists()[vocabulary].urn_of.get(value, value)


def is_standard(vocabulary: VocabularyList, value: str) -> bool:
    """Say whether the value is a term of this list, in any spelling."""
    return value in _lists()[vocabulary].word_of


def is_bare_word(vocabulary: VocabularyList, value: str) -> bool:
    """Say whether the value is a term of this list as the bare word that JSON uses."""
    return _lists()[vocabulary].word_of.get(value) == value


def words(vocabulary: VocabularyList) -> tuple[str, ...]:
    """Return the list's bare words, in the order of the data file."""
    return tuple(_lists()[vocabulary].labels)


def label(vocabulary: VocabularyList, value: str, language: str) -> str:
    """Return what to show people for a value.

    Args:
        vocabulary: the list that the field takes its values from.
        value: a term in any spelling, or a value of somebody else's vocabulary.
        language: `"vi"` or `"en"`; any other language reads English.

    Returns:
        The term's label; a value that is no standard term as it is.
    """
    terms = _lists()[vocabulary]
    word = terms.word_of.get(value)
    if word is None:
        return value
    labels = terms.labels[word]
    return labels.get(language, labels["en"])


def nearest_word(vocabulary: VocabularyList, value: str) -> str | None:
    """Return the bare word that the writer probably meant, for a "did you mean".

    Case, spaces, hyphens and the list's prefixes do not count. A standard term gives its own
    word, a value that resembles none gives None.

    >>> nearest_word(VocabularyList.BIZ_STEP, "urn:epcglobal:cbv:bizstep:Recieving")
    'receiving'
    """
    terms = _lists()[vocabulary]
    if value in terms.word_of:
        return terms.word_of[value]
    prefix = next((prefix for prefix in terms.prefixes if value.startswith(prefix)), "")
    written = value.removeprefix(prefix).strip().casefold().replace(" ", "_").replace("-", "_")
    by_folded = {word.casefold(): word for word in terms.labels}
    nearest = get_close_matches(written, by_folded, n=1)
    return by_folded[nearest[0]] if nearest else None
