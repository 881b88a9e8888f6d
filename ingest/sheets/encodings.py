"""Text of files that do not say how it is encoded: UTF-8, UTF-16, and what Vietnam had before.

Windows-1258 and TCVN3 (also ABC, VSCII-3) put Vietnamese letters on the same bytes in different
order. Which of them a text is shows in its words: read in the wrong one, they are no syllables.

References:
    TCVN 5712:1993, VN3; RFC 2781 (UTF-16)
"""

import re
import unicodedata
from typing import Final

_MARKS: Final = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_SURE: Final = 0.9
_UNSURE: Final = 0.5

_TCVN3_BYTES: Final = (
    "a1a2a3a4a5a6a7 a8a9aaabacadae b5b6b7b8b9 bbbcbdbec6 c7c8c9cacb cccecfd0d1 d2d3d4d5d6 "
    "d7d8dcddde dfe1e2e3e4 e5e6e7e8e9 eaebecedee eff1f2f3f4 f5f6f7f8f9 fafbfcfdfe"
)
_TCVN3_LETTERS: Final = (
    "ĂÂÊÔƠƯĐ ăâêôơưđ àảãáạ ằẳẵắặ ầẩẫấậ èẻẽéẹ ềểễếệ ìỉĩíị òỏõóọ ồổỗốộ ờởỡớợ ùủũúụ ừửữứự ỳỷỹýỵ"
)
_TCVN3: Final = dict(zip(bytes.fromhex(_TCVN3_BYTES), _TCVN3_LETTERS.replace(" ", ""), strict=True))

_WORD: Final = re.compile(r"[^\W\d_]+")
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_SYLLABLE: Final = re.compile(
    r"(?:b|ch?|d|đ|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu?|r|s|th?|tr|v|x)?"
    r"(?:a[ioyu]?|ă|â[uy]?|eo?|ê[u]?|i[au]?|iêu?|o[aeio]?|oă|oa[iyo]|oeo|ôi?|ơi?|u[aeiy]?|uây?|uê|"
    r"uôi?|uơ|uy[aêu]|ư[aiu]?|ươ[iu]?|y|yêu?)"
    r"(?:ch?|m|ng?|nh|p|t)?"
)


def decoded(data: bytes) -> str | None:
    """Return the text of a file, in composed letters; None where its encoding cannot be told.

    >>> decoded("Ngày thu hoạch".encode("utf-16"))
    'Ngày thu hoạch'
    >>> decoded(bytes.fromhex("4e67b5792074687520686f b96368"))
    'Ngày thu hoạch'
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _composed(_read(data.removeprefix(mark), encoding))
    text = _read(data, "utf-8")
    if text is None and (wide := _looks_wide(data)):
        return _composed(_read(data, wide))
    if text is not None and "\0" not in text:
        return _composed(text)
    return None if b"\0" in data else _legacy(data)


def is_vietnamese(word: str) -> bool:
    """Tell whether a word can be a syllable of Vietnamese.

    >>> [is_vietnamese(word) for word in ("hoạch", "nghiêng", "ho¹ch", "café")]
    [True, True, False, False]
    """
    apart = unicodedata.normalize("NFD", word.lower())
    tones = sum(apart.count(tone) for tone in _TONES)
    toneless = unicodedata.normalize("NFC", "".join(one for one in apart if one not in _TONES))
    return tones <= 1 and _SYLLABLE.fullmatch(toneless) is not None


def _legacy(data: bytes) -> str | None:
    """Return the reading of bytes with eight bits whose words are Vietnamese, if just one is."""
    readings = [text for text in (_read(data, "cp1258"), _read_tcvn3(data)) if text is not None]
    shares = sorted(((_share(text), text) for text in readings), reverse=True)
    (best, text), *others = shares
    return text if best >= _SURE and all(share < _UNSURE for share, _ in others) else None


def _share(text: str) -> float:
    """Return how many of the words with letters beyond ASCII are Vietnamese, from 0 to 1."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    strange = sum(not one.isascii() and not one.isalpha() for one in text)
    right = sum(is_vietnamese(word) for word in words)
    return right / (len(words) + strange) if words else 0.0


def _read(data: bytes, encoding: str) -> str | None:
    try:
        return _composed(data.decode(encoding))
    except UnicodeDecodeError:
        return None


def _read_tcvn3(data: bytes) -> str:
    return "".join(_TCVN3.get(code, chr(code)) for code in data)


def _composed(text: str | None) -> str | None:
    return None if text is None else unicodedata.normalize("NFC", text)


def _looks_wide(data: bytes) -> str | None:
    """Return which UTF-16 a text without mark is, by where its zero bytes stand."""
    start = data[:512]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd > len(start) // 4 and not even:
        return "utf-16-le"
    return "utf-16-be" if even > len(start) // 4 and not odd else None
