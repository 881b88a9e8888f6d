"""The words on a label, in the language in which it is printed."""

from api.stamps.layout import Words
from api.web.texts import Texts
from epcis_core.findings import Language


def label_words(language: Language) -> Words:
    """Return what stands before the lot, the expiry date and the PIN."""
    t = Texts(language)
    return {name: t(f"stamps.label_{name}") for name in ("lot", "expiry", "pin")}
