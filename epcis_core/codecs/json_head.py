"""What a JSON document says beside its events: collected while they stream by, read at the end."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from epcis_core.codecs.document import Envelope
from epcis_core.codecs.json_places import Places
from epcis_core.codecs.json_text import MalformedJsonError, Value
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.structure import read_model, with_prefix
from epcis_core.findings import Finding, Where, escape_pointer, finding, phrase
from epcis_core.model.documents import DOCUMENT_TYPES


@dataclass(slots=True)
class JsonHead:
    """The members of a document without its events.

    Attributes:
        limits: how large they may be.
        data: the members as parsed; an empty list stands for a list of events.
        values: members that were read whole, by their pointer.
        places: where the objects around them begin, and the lists of events, by their pointer.
        findings: what is wrong with them.
    """

    limits: Limits
    data: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    places: dict[str, Where] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _size: int = 0

    def keep(self, pointer: str, value: Value) -> None:
        """Take in one member.

        Raises:
            MalformedJsonError: the head is too large.
        """
        self._size += len(value.text) + len(pointer)
        at = Where(pointer=pointer, line=value.line, column=value.column)
        if self._size > self.limits.value_size:
            raise _too_large("the_head", self.limits.value_size, "value_size", at)
        # The context counts again for every event that adds to it.
        if pointer == "/@context" and len(value.text) > self.limits.context_size:
            raise _too_large("the_context", self.limits.context_size, "context_size", at)
        self.values[pointer] = value
        self.findings += value.faults

    def completed(self, envelope: Envelope) -> Envelope:
        """Read the members, now that all have been seen, and return the envelope with them."""
        if any(value.is_broken for value in self.values.values()):
            return envelope
        head, found = read_model(DOCUMENT_TYPES[envelope.kind], self.data)
        found = [with_prefix(one, envelope.namespaces) for one in found]
        self.findings += [replace(one, where=self.place(one.where.pointer or "")) for one in found]
        return replace(envelope, head=head, head_text=self._text(self.data, ""))

    def place(self, pointer: str) -> Where:
        """Return the place of a pointer from the document's root."""
        known = pointer
        while known not in self.values and known not in self.places:
            known = known.rpartition("/")[0]
        value = self.values.get(known)
        if value is None:
            return replace(self.places[known], pointer=pointer)
        places = Places(value.text, known, value.line, value.column)
        return places.where(pointer.removeprefix(known))

    def _text(self, data: dict[str, Any], pointer: str) -> str:
        """Return the members as JSON, each exactly as it stood."""
        members = []
        for name, inner in data.items():
            here = f"{pointer}/{escape_pointer(name)}"
            if here in self.values:
                text = self.values[here].text
            else:
                text = self._text(inner, here) if isinstance(inner, dict) else "[]"
            members.append(f"{json.dumps(name, ensure_ascii=False)}: {text}")
        return f"{{{', '.join(members)}}}"


def _too_large(what: str, limit: int, name: str, at: Where) -> MalformedJsonError:
    return MalformedJsonError(
        finding("value_too_large", at=at, what=phrase(what), limit=limit, name=name)
    )
