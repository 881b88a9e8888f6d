"""What should have stood where JSON text breaks off, in words for a person."""

from typing import Final

from epcis_core.findings import Phrase, phrase

_BY_MESSAGE: Final = {
    "Expecting value": "a_value",
    "Illegal trailing comma before end of array": "a_value",
    "Illegal trailing comma before end of object": "a_name",
    "Expecting ':' delimiter": "colon",
    "Unterminated string starting at": "closing_quote",
}


def expected_instead(message: str, bracket: str, text: str, at: int) -> Phrase:
    """Return what should stand at the place of a syntax error.

    Args:
        message: what Python's JSON scanner says.
        bracket: the bracket that was opened last, `{` or `[`.
        text: the text.
        at: index of what stands there instead; the text's length where it ends.
    """
    if message.startswith("Expecting property name"):
        is_first = text[:at].rstrip(" \t\n\r").endswith("{")
        return phrase("a_name_or_brace" if is_first else "a_name")
    if message.startswith("Expecting ','"):
        return phrase("comma_or_brace" if bracket == "{" else "comma_or_bracket")
    if message.startswith("Invalid control character"):
        is_line_end = text[at : at + 1] in {"\n", "\r"}
        return phrase("closing_quote_before_line_end" if is_line_end else "escaped_control")
    return phrase(_BY_MESSAGE.get(message, "an_escape"))
