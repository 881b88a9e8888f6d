"""Documents that carry events, and what they say beside the events.

A document's events are read one by one and are no part of these models: an empty list stands for
them.

References:
    EPCIS 2.0, section 9.3
"""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from epcis_core.model.base import Extensible
from epcis_core.model.elements import Uri
from epcis_core.model.master_data import Vocabulary
from epcis_core.model.namespaces import Context
from epcis_core.model.times import Timestamp

_VERSION: Final = re.compile(r"\d{1,9}(?:\.\d{1,9})*", re.ASCII)


def _check_version(text: str) -> str:
    if _VERSION.fullmatch(text) is None:
        raise PydanticCustomError("malformed_version", "expected a version such as 2.0")
    return text


Version = Annotated[
    str,
    AfterValidator(_check_version),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)*$"}),
]
"""A version of EPCIS; always text."""


class EpcisMasterData(Extensible):
    """The master data that a document's header carries."""

    vocabulary_list: tuple[Vocabulary, ...] = ()


class EpcisHeader(Extensible):
    """A document's header; the members of other standards (SBDH) stay as written."""

    epcis_master_data: EpcisMasterData | None = None


def header_lists(header: EpcisHeader | None) -> dict[str, tuple[Vocabulary, ...]]:
    """Return the list of master data in a header, by its pointer; nothing where there is none."""
    data = header.epcis_master_data if header else None
    return {"/epcisHeader/epcisMasterData/vocabularyList": data.vocabulary_list} if data else {}


class DocumentHead(Extensible):
    """What documents of both types say.

    Attributes:
        type: which document it is.
        context: the JSON-LD `@context`, as written.
        schema_version: the version of EPCIS it was written for.
        creation_date: when it was written.
        id: the document's own identifier.
    """

    type: str
    context: Annotated[Context, Field(alias="@context")]
    schema_version: Version | None = None
    creation_date: Timestamp | None = None
    id: Uri | None = None

    @property
    def vocabularies(self) -> tuple[Vocabulary, ...]:
        """The master data that the document carries, by vocabulary."""
        return tuple(one for listed in self.vocabulary_lists.values() for one in listed)

    @property
    def vocabulary_lists(self) -> dict[str, tuple[Vocabulary, ...]]:
        """The lists that its master data stand in, by their pointer."""
        return {}


class DocumentBody(Extensible):
    """What holds the events of an `EPCISDocument`."""

    event_list: tuple[Any, ...]


class DocumentOfEvents(DocumentHead):
    """An `EPCISDocument`.

    Attributes:
        instance_identifier: the document's number at its sender.
        sender: who sent it.
        receiver: whom it was sent to.
    """

    type: Literal["EPCISDocument"]
    schema_version: Version
    creation_date: Timestamp
    instance_identifier: str | None = None
    sender: str | None = None
    receiver: str | None = None
    epcis_header: EpcisHeader | None = None
    epcis_body: DocumentBody

    @property
    def vocabulary_lists(self) -> dict[str, tuple[Vocabulary, ...]]:
        """The master data in the header."""
        return header_lists(self.epcis_header)


class ResultsBody(Extensible):
    """What a query found: events, and master data."""

    event_list: tuple[Any, ...]
    vocabulary_list: tuple[Vocabulary, ...] = ()


class QueryResults(Extensible):
    """The answer to a query, and which query it was."""

    query_name: str
    subscription_id: str | None = None
    results_body: ResultsBody


class QueryDocumentBody(Extensible):
    """What holds the answer in an `EPCISQueryDocument`."""

    query_results: QueryResults


class DocumentOfResults(DocumentHead):
    """An `EPCISQueryDocument`: the answer to a query."""

    type: Literal["EPCISQueryDocument"]
    epcis_body: QueryDocumentBody

    @property
    def vocabulary_lists(self) -> dict[str, tuple[Vocabulary, ...]]:
        """The master data among the results."""
        listed = self.epcis_body.query_results.results_body.vocabulary_list
        return {"/epcisBody/queryResults/resultsBody/vocabularyList": listed}


class MasterDataBody(Extensible):
    """What holds the master data in an `EPCISMasterDataDocument`."""

    vocabulary_list: tuple[Vocabulary, ...] = ()


class DocumentOfMasterData(DocumentHead):
    """An `EPCISMasterDataDocument`, which only XML has."""

    type: Literal["EPCISMasterDataDocument"]
    epcis_header: EpcisHeader | None = None
    epcis_body: MasterDataBody

    @property
    def vocabulary_lists(self) -> dict[str, tuple[Vocabulary, ...]]:
        """The master data in the body and in the header."""
        in_body = {"/epcisBody/vocabularyList": self.epcis_body.vocabulary_list}
        return in_body | header_lists(self.epcis_header)


DOCUMENT_TYPES: Final[dict[str, type[DocumentHead]]] = {
    "EPCISDocument": DocumentOfEvents,
    "EPCISQueryDocument": DocumentOfResults,
}
"""The types of documents in JSON by the word that `type` carries."""
