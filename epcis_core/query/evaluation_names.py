"""What an event names, in memory: objects, entries of lists, and what master data describe.

The store works out the same from rows, in another way; see `epcis_core.query.evaluation`.

References:
    EPCIS 2.0, sections 8.2.7.1 and 8.2.7.1.1
"""

from collections.abc import Iterator
from typing import Final

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical, parse_identifier, party_of, place_of
from epcis_core.identifiers.schemes import SCHEMES
from epcis_core.model.elements import Location
from epcis_core.model.events import EpcisEvent
from epcis_core.model.master_data import element_key
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.references import object_references
from epcis_core.query.conditions import Entry, Match
from epcis_core.query.evaluation_values import own_values, spelled
from epcis_core.query.fields import (
    Described,
    ExtensionField,
    Field,
    Objects,
    OneValue,
    TypedValues,
    Within,
)
from epcis_core.query.master_data import MasterData
from epcis_core.query.patterns import Pattern, Range
from epcis_core.vocabulary import VocabularyList, bare_word, canonical_term

TERMS: Final = {
    "biz_step": VocabularyList.BIZ_STEP,
    "disposition": VocabularyList.DISPOSITION,
}
"""Fields with a term of the CBV."""

_ENTRIES: Final = {
    "transactions": ("biz_transaction_list", "biz_transaction"),
    "sources": ("source_list", "source"),
    "destinations": ("destination_list", "destination"),
}


def passes(
    event: EpcisEvent, namespaces: Namespaces, condition: Within | Described, known: MasterData
) -> bool:
    """Tell whether an event passes a condition on what master data say of what it names."""
    if isinstance(condition, Within):
        keys = keys_in(event, OneValue(condition.field), namespaces)
        return not known.below(condition.keys).isdisjoint(keys)
    return any(
        known.describes(key, condition.test) for key in keys_in(event, condition.field, namespaces)
    )


def keys_in(event: EpcisEvent, field: Field, namespaces: Namespaces) -> Iterator[str]:
    """Yield the keys of what an event has in a field; none where it has no such field."""
    match field:
        case Objects():
            for reference in object_references(event):
                if reference.role in field.roles and reference.is_class is field.is_class:
                    yield element_key(reference.uri)
        case OneValue():
            yield from _one_key(event, field, namespaces)
        case ExtensionField():
            said = own_values(event, field.names, namespaces)
            yield from (element_key(one) for one in said if isinstance(one, str))
        case TypedValues():
            for entry in getattr(event, field.list, None) or ():
                yield _typed(entry.type, getattr(entry, field.member), field.member)


def _one_key(event: EpcisEvent, field: OneValue, namespaces: Namespaces) -> Iterator[str]:
    value = getattr(event, field.name, None)
    if isinstance(value, Location):
        yield element_key(value.id)
    elif value is not None and field.name in TERMS:
        vocabulary = TERMS[field.name]
        for one in spelled(vocabulary, value, namespaces):
            yield canonical_term(vocabulary, one)
    elif value is not None:
        yield element_key(value)


def _typed(kind: str | None, uri: str, member: str) -> str:
    """Return the key of a transaction, or of an end of a transfer: a party by its GLN alone."""
    is_party = (
        member != "biz_transaction"
        and bare_word(VocabularyList.SOURCE_DEST_TYPE, kind or "") != "location"
    )
    return (party_of(uri) if is_party else None) or element_key(uri)


def has_entry(event: EpcisEvent, asked: Entry, namespaces: Namespaces) -> bool:
    """Tell whether a list of an event has an entry of a type with one of some identifiers."""
    entries, member = _ENTRIES[asked.list]
    vocabulary = (
        VocabularyList.BUSINESS_TRANSACTION_TYPE
        if asked.list == "transactions"
        else VocabularyList.SOURCE_DEST_TYPE
    )
    for entry in getattr(event, entries, None) or ():
        uri = getattr(entry, member)
        if entry.type is None or asked.kind not in spelled(vocabulary, entry.type, namespaces):
            continue
        if asked.list == "transactions":
            key = canonical(uri)
        else:
            key = (place_of if asked.kind == "location" else party_of)(uri) or canonical(uri)
        if key in asked.keys:
            return True
    return False


def names_object(event: EpcisEvent, asked: Match) -> bool:
    """Tell whether an event names one of some objects in one of some parts."""
    for reference in object_references(event):
        if reference.role in asked.roles and reference.is_class is asked.is_class:
            key = canonical(reference.uri)
            if key in asked.keys or any(_is_of(key, one, asked) for one in asked.patterns):
                return True
    return False


def _is_of(key: str, pattern: Pattern, asked: Match) -> bool:
    """Tell whether an identifier is of a pattern, part by part of its EPC URI."""
    company = pattern.parts[0]
    uri: str | None = key
    if pattern.scheme is not None:
        try:
            identifier = parse_identifier(key)
        except IdentifierError:
            return False
        length = len(company) if isinstance(company, str) else None
        if length is None and SCHEMES[identifier.scheme].epc_uris:
            # Whatever its prefix: the scheme alone is asked for.
            template = SCHEMES[identifier.scheme].epc_uris[0]
            return _kind(template, pattern, asked)
        uri = identifier.epc_uri(length)
    if uri is None or not _kind(uri, pattern, asked):
        return False
    parts = uri.split(":", 4)[4].split(".", len(pattern.parts) - 1)
    return len(parts) == len(pattern.parts) and all(
        _is_part(part, wanted) for part, wanted in zip(parts, pattern.parts, strict=True)
    )


def _kind(uri: str, pattern: Pattern, asked: Match) -> bool:
    _, _, kind, name, *_ = f"{uri}::::".split(":")
    kinds = ("idpat", "class") if asked.is_class else ("id",)
    return name == pattern.name and kind in kinds and uri[:8] == "urn:epc:"


def _is_part(part: str, wanted: str | Range | None) -> bool:
    if isinstance(wanted, Range):
        return part.isascii() and part.isdigit() and wanted.low <= int(part) <= wanted.high
    return wanted is None or part == wanted
