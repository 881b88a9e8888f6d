"""Documents that carry events, and what their head says.

References:
    EPCIS 2.0, section 9.3
"""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from epcis_core.model.base import Extensible
from epcis_core.model.master_data import Vocabulary
from epcis_core.model.times import Timestamp

_VERSION: Final = re.compile(r"\d+(?:\.\d+)*")


def _check_version(text: str) -> str:
    if _VERSION.fullmatch(text) is None:
        raise PydanticCustomError("malformed_version", "expected a version such as 2.0", {})
    return text


Version = Annotated[
    str,
    AfterValidator(_check_version),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)*$"}),
]


class EpcisMasterData(Extensible):
    """The master data that a document's header carries."""

    vocabulary_list: tuple[Vocabulary, ...] = ()


class EpcisHeader(Extensible):
    """A document's header; the members of other standards (SBDH) stay as written."""

    epcis_master_data: Annotated[EpcisMasterData | None, Field(alias="epcisMasterData")] = None


class DocumentHead(Extensible):
    """What a document says beside its events.

    Attributes:
        type: which document it is.
        context: the JSON-LD `@context`, as written.
        schema_version: the version of EPCIS it was written for; always text.
        creation_date: when it was written.
        id: the document's own identifier.
    """

    type: Literal["EPCISDocument", "EPCISQueryDocument"]
    context: Annotated[Any, Field(alias="@context")]
    schema_version: Version | None = None
    creation_date: Timestamp | None = None
    id: str | None = None
    instance_identifier: str | None = None
    sender: str | None = None
    receiver: str | None = None
    epcis_header: Annotated[EpcisHeader | None, Field(alias="epcisHeader")] = None

    @property
    def vocabularies(self) -> tuple[Vocabulary, ...]:
        """The master data in the header, by vocabulary."""
        header = self.epcis_header
        if header is None or header.epcis_master_data is None:
            return ()
        return header.epcis_master_data.vocabulary_list
