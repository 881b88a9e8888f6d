"""The verifiers that go into a proof: one file of Python, and one page."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Final

from epcis_core.proof.words import WORDS

_IMPORT: Final = re.compile(r"^from epcis_core\..* import (?:\([^)]*\)|.*)\n", re.MULTILINE)
_FUTURE: Final = "from __future__ import annotations\n"
_PARTS: Final = ("checks.py", "words.py", "verdict.py")
_ABOUT: Final = '''"""Verify a proof of epcis-ledger.

    python verify.py proof.zip [--checkpoint FILE] [--key KEY] [--language vi|en]

It needs Python 3.9 or newer and nothing else, and opens no connection. Exit 0: proven; 1: not
proven; 2: wrong usage. docs/proofs.md of epcis-ledger tells how to check a proof by hand.
"""
'''


@cache
def verifier() -> str:
    """Return `verify.py`: the modules that check a proof, one after the other, in one file."""
    return "".join([_ABOUT, "\n", _FUTURE, *map(_part, _PARTS)])


@cache
def verifying_page() -> str:
    """Return `verify.html`: a page that checks a proof in the browser, with its words in it."""
    source = files("epcis_core.proof") / "verify.html"
    words = json.dumps(WORDS, ensure_ascii=False, indent=1).replace("<", "\\u003c")
    return source.read_text(encoding="utf-8").replace("{/* WORDS */}", words)


def _part(name: str) -> str:
    """Return a module without what it imports from the others."""
    source = (files("epcis_core.proof") / name).read_text(encoding="utf-8")
    own = _IMPORT.sub("", source.replace(_FUTURE, ""))
    return f"\n\n# {name}\n\n{own}"
