"""What the marks say: JSON that XML says in another way, or cannot say.

A mark must not contradict what XML says, so that a reader who does not know it reads the same
event. It may

- add what XML has no words for: an extension member, an empty list, a `@context`, a unit without
  a quantity;
- spell a number in another way (`1e2` for `100`), or a text with blanks around it;
- give a term its bare word or another spelling of it (`Temperature` for `gs1:Temperature`);
- put a value into an array of which it is the first (several `certificationInfo`);
- give the whole `@context` that the declared prefixes are a part of.
"""

from collections.abc import Mapping
from typing import Any, Final

from epcis_core.codecs.json_faults import faults_of
from epcis_core.codecs.json_scan import data_of
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_values import token, written_size
from epcis_core.findings import Where, unescape_pointer
from epcis_core.model.base import Number
from epcis_core.model.namespaces import BUILT_IN, Namespaces
from epcis_core.vocabulary import VocabularyList, canonical_term, is_standard

_ABSENT: Final = object()
_LONGEST_NUMBER: Final = 1000
_WITHOUT_WORDS: Final = frozenset({"@context", "uom", "vocabularyList"})
_OF_DOCUMENTS: Final = frozenset({"/schemaVersion", "/creationDate"})


def mark_value(text: str, limits: Limits) -> Any:
    """Return the JSON of a mark.

    Raises:
        ValueError: it is no JSON that is taken here.
    """
    where = Where(pointer="")
    if any(faults_of(text, where, depth=limits.depth, number_size=limits.number_size)):
        raise ValueError("Expected JSON without faults")
    return data_of(text)


def marked_context(text: str, declared: Mapping[str, str], limits: Limits) -> Any:
    """Return the `@context` that a mark on the root gives.

    Args:
        text: of the mark.
        declared: what the declared prefixes stand for.
        limits: how much is taken.

    Raises:
        ValueError: it is no JSON, or contradicts what is declared.
    """
    context = mark_value(text, limits)
    own = {p: uri for p, uri in declared.items() if BUILT_IN.get(p) != uri}
    if not _gives(context, own):
        raise ValueError("Expected a context in which the declared prefixes mean the same")
    return context


def apply_absence(members: dict[str, Any], pointer: str) -> bool:
    """Take out a member that XML must have and JSON has not.

    Args:
        members: of the event or document; changed.
        pointer: JSON Pointer from there.

    Returns:
        Whether it could be taken out: it was an empty list, or a document's version or date.

    >>> members = {"epcList": [], "action": "ADD"}
    >>> apply_absence(members, "/epcList"), apply_absence(members, "/action"), members
    (True, False, {'action': 'ADD'})
    """
    *way, last = [unescape_pointer(name) for name in pointer[1:].split("/")]
    part: Any = members
    for name in way:
        part = _inside(part, name)
    if not isinstance(part, dict) or last not in part:
        return False
    if part[last] != [] and pointer not in _OF_DOCUMENTS:
        return False
    del part[last]
    return True


def apply_mark(members: dict[str, Any], pointer: str, value: Any) -> bool:
    """Put a value where a mark says that it belongs.

    Args:
        members: of the event; changed.
        pointer: JSON Pointer from the event.
        value: what JSON says there.

    Returns:
        Whether it could be put there without contradicting what XML says.

    >>> members = {"quantityList": [{"quantity": Number("100")}]}
    >>> apply_mark(members, "/quantityList/0/quantity", Number("1e2")), members
    (True, {'quantityList': [{'quantity': Number('1e2')}]})
    >>> apply_mark(members, "/quantityList/0/quantity", Number("7"))
    False
    """
    if not pointer.startswith("/"):
        return False
    *way, last = [unescape_pointer(name) for name in pointer[1:].split("/")]
    part: Any = members
    for name in way:
        part = _inside(part, name)
    if not isinstance(part, dict | list):
        return False
    said = _inside(part, last)
    if said is _ABSENT:
        if not isinstance(part, dict) or not _has_no_words(last, value):
            return False
    elif not (_gives(value, said) if last == "@context" else _agree(said, value)):
        return False
    if isinstance(part, dict):
        part[last] = value
    else:
        part[int(last)] = value
    return True


def _inside(part: Any, token: str) -> Any:
    if isinstance(part, Mapping):
        return part.get(token, _ABSENT)
    if isinstance(part, list) and token.isascii() and token.isdigit() and int(token) < len(part):
        return part[int(token)]
    return _ABSENT


def _has_no_words(name: str, value: Any) -> bool:
    """Tell whether a member is one that XML cannot have."""
    return value == [] or name in _WITHOUT_WORDS or ":" in name


def _gives(context: Any, prefixes: Mapping[str, str]) -> bool:
    """Tell whether a context gives prefixes the meaning that XML gives them."""
    if not isinstance(context, str | dict | list):
        return False
    given = Namespaces.of_context(context).prefixes
    return all(given.get(prefix) == uri for prefix, uri in prefixes.items())


def _agree(said: Any, value: Any) -> bool:
    """Tell whether a value says what XML says."""
    if isinstance(said, Number) and isinstance(value, Number):
        sizes = (written_size(said), written_size(value))
        return max(sizes) <= _LONGEST_NUMBER and said.value == value.value
    if isinstance(said, str) and isinstance(value, str):
        return said == token(value) or any(
            is_standard(vocabulary, said)
            and canonical_term(vocabulary, said) == canonical_term(vocabulary, value)
            for vocabulary in VocabularyList
        )
    if isinstance(value, list) and value and not isinstance(said, list):
        return bool(said == value[0])
    return bool(said == value)
