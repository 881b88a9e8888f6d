"""What the bytes of an entry need beside themselves to be read again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from epcis_core.codecs.document import Envelope
from epcis_core.findings import Syntax
from epcis_core.model.namespaces import Namespaces

_IN_XML: Final = "xmlns:"


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read an entry.

    Attributes:
        syntax: how its bytes are to be parsed.
        prefixes: what the prefixes of its document stand for; under `xmlns:id`, what `id` stands
            for in its XML alone.
        contexts: addresses of JSON-LD contexts that were named there and are not known here.
        vocabulary: of master data, the type of its vocabulary, which the text of an element does
            not tell; None of everything else, and of master data whose leaf does not commit to it.
    """

    syntax: Syntax
    prefixes: Mapping[str, str]
    contexts: tuple[str, ...]
    vocabulary: str | None = None

    @classmethod
    def of(cls, envelope: Envelope) -> "Reading":
        """Return how to read what an envelope carries."""
        namespaces = envelope.namespaces
        in_xml = {f"{_IN_XML}{prefix}": uri for prefix, uri in namespaces.in_xml.items()}
        return cls(envelope.syntax, {**namespaces.prefixes, **in_xml}, namespaces.unknown)

    @classmethod
    def stored(
        cls, syntax: Syntax, prefixes: str, contexts: list[str], vocabulary: str | None = None
    ) -> "Reading":
        """Return it from the columns of `envelope`, and that of `vocabulary_element`."""
        return cls(syntax, orjson.loads(prefixes), tuple(contexts), vocabulary)

    @property
    def namespaces(self) -> Namespaces:
        """The prefixes in force around the entry."""
        own = {name: uri for name, uri in self.prefixes.items() if not name.startswith(_IN_XML)}
        in_xml = {
            name.removeprefix(_IN_XML): uri
            for name, uri in self.prefixes.items()
            if name.startswith(_IN_XML)
        }
        return Namespaces(own, self.contexts, in_xml)

    def prefixes_text(self) -> str:
        """Return the prefixes as a JSON object."""
        return orjson.dumps(dict(self.prefixes), option=orjson.OPT_SORT_KEYS).decode()

    def as_bytes(self) -> bytes:
        """Return it as JSON in UTF-8, members in order of name, as a leaf commits to it."""
        members = {
            "contexts": list(self.contexts),
            "prefixes": dict(self.prefixes),
            "syntax": self.syntax,
        }
        if self.vocabulary is not None:
            members["vocabulary"] = self.vocabulary
        return orjson.dumps(members, option=orjson.OPT_SORT_KEYS)
