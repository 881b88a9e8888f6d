"""Names of namespaces: URIs, or IRIs, which may have letters of any language.

The parser knows URIs alone. Names of namespaces are compared letter by letter: nothing in them is
encoded or decoded.

References:
    RFC 3986, appendix A; RFC 3987, section 2.2; Namespaces in XML 1.0, section 2.1
"""

import re
from typing import Final

_BEYOND_ASCII: Final = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + "".join(
    f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14)
)
_LETTERS: Final = f"A-Za-z0-9\\-._~!$&'()*+,;={_BEYOND_ASCII}"


def _run(more: str = "") -> str:
    """Return a pattern for any number of letters, of some others and of encoded bytes."""
    return f"(?:[{_LETTERS}{more}]++|%[0-9A-Fa-f]{{2}})*+"


_AUTHORITY: Final = f"(?:{_run(':')}@)?{_run()}(?::[0-9]{{1,5}}+)?(?=[/?#]|\\Z)"
_IRI: Final = re.compile(
    rf"(?:[A-Za-z][A-Za-z0-9+.\-]*+:|(?![^/?#]*:))(?://{_AUTHORITY}|(?!//)){_run(':@/')}"
    rf"(?:\?{_run(':@/?')})?(?:#{_run(':@/?')})?"
)


def is_iri(name: str) -> bool:
    """Tell whether the name of a namespace is a URI or an IRI, absolute or relative.

    An address in brackets, `http://[::1]/`, is left to the parser.

    >>> is_iri("http://ví-dụ.vn/ns#"), is_iri("urn:my ns"), is_iri("urn:x%zz")
    (True, False, False)
    """
    return _IRI.fullmatch(name) is not None
