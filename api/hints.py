"""A hint for a person who looked for something under an identifier with a mistyped check digit."""

from typing import Any

from epcis_core.findings import Language
from epcis_core.identifiers import meant_by, mistyped
from epcis_core.store.folding import as_typed


def hint(text: str, language: Language = "en") -> dict[str, Any]:
    """Return the member `hint` of an answer that found nothing, or no member.

    Args:
        text: what was looked for.
        language: of the sentence.

    Returns:
        `{"hint": {"code", "message", "id"}}`, the last being the identifier with the right digit.
    """
    found = mistyped(as_typed(text))
    if found is None:
        return {}
    told = {"code": found.code, "message": found.message_in(language)}
    return {"hint": {**told, "id": meant_by(as_typed(text))}}
