"""What stands around the events of a document in XML: root element, header, master data.

References:
    EPCIS 2.0, sections 9.3 and 9.5; EPCIS 1.2, section 9.5
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from epcis_core.codecs.document import DocumentKind
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.codecs.xml_grammar import Row, Shape, grammar
from epcis_core.codecs.xml_names import SBDH, XmlVersion
from epcis_core.codecs.xml_prefixes import namespaces_of, written_namespace
from epcis_core.codecs.xml_writer_extension import attribute
from epcis_core.codecs.xml_writer_names import Prefixes, is_declarable
from epcis_core.codecs.xml_writer_sbdh import made_up_header
from epcis_core.codecs.xml_writer_shape import CbvFormat, ShapeWriter
from epcis_core.findings import Where, finding
from epcis_core.model.namespaces import BUILT_IN, Namespaces

_SBDH: Final = f"{{{SBDH}}}StandardBusinessDocumentHeader"
_ROOTS: Final[Mapping[DocumentKind, tuple[str, str]]] = {
    "EPCISDocument": ("epcis", "urn:epcglobal:epcis:xsd:"),
    "EPCISQueryDocument": ("epcisq", "urn:epcglobal:epcis-query:xsd:"),
    "EPCISMasterDataDocument": ("epcismd", "urn:epcglobal:epcis-masterdata:xsd:"),
}
"""The prefix of each document, and its namespace up to the number of the version at its end."""


@dataclass(frozen=True, slots=True)
class Root:
    """The root element of a document.

    Attributes:
        prefix: its prefix.
        namespaces: what prefixes stand for around the events, for JSON.
        declared: prefixes declared on it, with their namespaces in XML.
        context: the `@context` as JSON where declarations cannot say all of it, else empty.
    """

    prefix: str
    namespaces: Namespaces
    declared: dict[str, str]
    context: str

    @classmethod
    def of(
        cls, kind: DocumentKind, version: XmlVersion, context: Any, around: Namespaces
    ) -> "Root":
        """Return the root of a document.

        Args:
            kind: which document it is.
            version: of EPCIS.
            context: the `@context` of its head.
            around: prefixes in force around its events, beside those of the head.
        """
        namespaces = Namespaces.of_context(context, around)
        own = {p: uri for p, uri in namespaces.prefixes.items() if BUILT_IN.get(p) != uri}
        declared = {p: written_namespace(uri) for p, uri in own.items() if is_declarable(p, uri)}
        read = dict[str | None, str](declared.items())
        is_said = not namespaces.unknown and namespaces_of(read).prefixes == namespaces.prefixes
        marked = ""
        if not (is_said and _is_plain(context)):
            told = Namespaces.of_context(context).prefixes
            beside = {p: uri for p, uri in own.items() if told.get(p) != uri}
            parts = [*(context if isinstance(context, list | tuple) else [context]), beside]
            marked = json_bytes([part for part in parts if part]).decode()
        prefix, namespace = _ROOTS[kind]
        while prefix in declared:
            prefix += "-"
        declared[prefix] = f"{namespace}{version.partition('.')[0]}"
        return cls(prefix, namespaces, declared, marked)


class HeadWriter(ShapeWriter):
    """Writes the head of a document.

    Args:
        root: its root element.
        version: of EPCIS.
        head: its members.
        cbv_format: how terms of the CBV are written.
    """

    def __init__(
        self, root: Root, version: XmlVersion, head: Mapping[str, Any], cbv_format: CbvFormat
    ) -> None:
        super().__init__(Prefixes(root.namespaces, root.declared, taken=root.prefix), cbv_format)
        self._root = root
        self._version = version
        self._head = dict(head)
        self._events_at: int | None = None

    def written(self, now: str, *, holds_events: bool) -> tuple[str, str]:
        """Write the head, and return what stands before the events and behind them.

        Args:
            now: when it is written.
            holds_events: there are events.
        """
        head, version = self._head, self._version
        kind = head["type"]
        for name, value in (("schemaVersion", version), ("creationDate", now)):
            if name not in head:
                head[name] = value
                self.without.append(f"/{name}")
        if not head["schemaVersion"].startswith(version):
            head["schemaVersion"] = version
        if kind == "EPCISQueryDocument":
            head["epcisBody"] = self._chosen(head["epcisBody"], holds_events=holds_events)
        members = {n: value for n, value in head.items() if n not in {"type", "@context"}}
        self.take_types(members)
        self.part(f"{self._root.prefix}:{kind}", members, grammar(version)[kind], "")
        behind = len(self.out) - 1 if self._events_at is None else self._events_at
        self.out[-1:-1] = self.written_marks()
        if self._root.context:
            self.out[0] += attribute(
                self._prefixes.technical("json", "context"), self._root.context
            )
        self.out[0] += self.marked_absent()
        # What is declared on the root need not be declared in the events.
        self._root.declared.update(self._prefixes.needed)
        self.out[0] += "".join(
            attribute(f"xmlns:{prefix}", uri) for prefix, uri in self._root.declared.items()
        )
        return "".join(self.out[:behind]), "".join(self.out[behind:])

    def qualified(self, tag: str) -> str:
        """Return a name of the grammar with the root's prefix, if it has a namespace."""
        return f"{self._root.prefix}:{tag.rpartition('}')[2]}" if tag[0] == "{" else tag

    def foreign(self, row: Row, members: Mapping[str, Any]) -> None:
        """Write the header of another standard, which stands before everything else."""
        name = next((name for name in members if self._is_foreign(name)), None)
        if name is not None:
            self.member(name, members[name], self.tag(name), "/epcisHeader")
        elif row.is_required:
            self.findings.append(finding("header_made_up", at=Where(pointer="/epcisHeader")))
            self.out.append(made_up_header(self._head))

    def _own_attributes(
        self, members: Mapping[str, Any], shape: Shape, pointer: str
    ) -> tuple[str, list[str]]:
        if shape.name == "Header":
            members = {n: value for n, value in members.items() if not self._is_foreign(n)}
        return super()._own_attributes(members, shape, pointer)

    def _list(self, row: Row, shape: Shape, item: Row, value: Any, pointer: str) -> None:
        if shape.name != "EventList":
            super()._list(row, shape, item, value, pointer)
            return
        self.out.append(f"<{row.tag}>")
        self._events_at = len(self.out)
        self.out.append(f"</{row.tag}>")

    def _is_foreign(self, name: str) -> bool:
        return ":" in name and self._prefixes.expanded(name) == _SBDH

    def _chosen(self, body: Mapping[str, Any], *, holds_events: bool) -> dict[str, Any]:
        """Let an answer hold events or master data: in XML it cannot hold both."""
        answer = dict(body["queryResults"])
        results = answer["resultsBody"] = dict(answer["resultsBody"])
        if "vocabularyList" not in results:
            pass
        elif holds_events:
            pointer = "/epcisBody/queryResults/resultsBody/vocabularyList"
            self.marks.append((pointer, results.pop("vocabularyList")))
        else:
            del results["eventList"]
        return {**body, "queryResults": answer}


def _is_plain(context: Any) -> bool:
    """Tell whether a context is made of addresses and prefixes alone."""
    parts = context if isinstance(context, list | tuple) else [context]
    return all(
        isinstance(part, str)
        or all(name[:1] != "@" and isinstance(uri, str) for name, uri in part.items())
        for part in parts
    )
