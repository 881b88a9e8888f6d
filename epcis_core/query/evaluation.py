"""Conditions of a query on master data, evaluated on one event in memory.

This is the plain meaning of what `epcis_core.store.query` says in SQL.

References:
    EPCIS 2.0, section 8.2.7.1
"""

from collections.abc import Iterator

from epcis_core.identifiers import party_of
from epcis_core.model.elements import Location
from epcis_core.model.events import EpcisEvent
from epcis_core.model.master_data import element_key
from epcis_core.model.references import object_references
from epcis_core.query.fields import Field, Objects, OneValue
from epcis_core.query.master_data import MasterData
from epcis_core.query.parameters import EventQuery
from epcis_core.vocabulary import VocabularyList, bare_word, canonical_term

_TERMS = {"biz_step": VocabularyList.BIZ_STEP, "disposition": VocabularyList.DISPOSITION}


def passes_master_data(event: EpcisEvent, query: EventQuery, master_data: MasterData) -> bool:
    """Tell whether an event passes a query's conditions on hierarchies and attributes.

    Args:
        event: an event the rules have passed.
        query: its `within` and `described` count, and nothing else of it.
        master_data: what is known.
    """
    return all(
        not master_data.below(within.keys).isdisjoint(keys_in(event, OneValue(within.field)))
        for within in query.within
    ) and all(
        any(master_data.describes(key, one.test) for key in keys_in(event, one.field))
        for one in query.described
    )


def keys_in(event: EpcisEvent, field: Field) -> Iterator[str]:
    """Yield the keys of what an event has in a field; none where it has no such field."""
    if isinstance(field, Objects):
        for reference in object_references(event):
            if reference.role in field.roles and reference.is_class is field.is_class:
                yield element_key(reference.uri)
    elif isinstance(field, OneValue):
        value = getattr(event, field.name, None)
        if isinstance(value, Location):
            yield element_key(value.id)
        elif value is not None:
            term = _TERMS.get(field.name)
            yield canonical_term(term, value) if term else element_key(value)
    else:
        for entry in getattr(event, field.list, None) or ():
            yield _typed(entry.type, getattr(entry, field.member), field.member)


def _typed(kind: str | None, uri: str, member: str) -> str:
    """Return the key of a transaction, or of an end of a transfer: a party by its GLN alone."""
    is_party = (
        member != "biz_transaction"
        and bare_word(VocabularyList.SOURCE_DEST_TYPE, kind or "") != "location"
    )
    return (party_of(uri) if is_party else None) or element_key(uri)
