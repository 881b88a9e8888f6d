"""What counts as the photograph that an event names."""

from typing import Any

import pytest

from epcis_core.codecs.structure import read_event
from epcis_core.model.namespaces import BUILT_IN, Namespaces
from epcis_core.model.photo import NAMESPACE, NamedPhoto, photo_of
from tests.ingest.documents import observed

DIGEST = "0123456789abcdef" * 4
PHOTO = NamedPhoto(DIGEST, "image/jpeg")


def named(prefix: str, **members: Any) -> NamedPhoto | None:
    """What an event names where a prefix stands for the namespace."""
    event, found = read_event(observed(**members))
    assert (event is not None, found) == (True, [])
    assert event is not None
    return photo_of(event, Namespaces({**BUILT_IN, prefix: NAMESPACE}))


def test_a_photo_is_known_by_its_namespace_whatever_the_prefix() -> None:
    assert named("ledger", **PHOTO.members) == PHOTO
    other = {"x:photo": {"x:mediaType": "image/webp", "x:sha256": DIGEST}}
    assert named("x", **other) == NamedPhoto(DIGEST, "image/webp")
    assert named("y", **other) is None


@pytest.mark.parametrize(
    "said",
    [
        "image.jpg",
        [],
        {"ledger:sha256": DIGEST},
        {"ledger:sha256": DIGEST.upper(), "ledger:mediaType": "image/jpeg"},
        {"ledger:sha256": DIGEST[1:], "ledger:mediaType": "image/jpeg"},
        {"ledger:sha256": f"{DIGEST}\n", "ledger:mediaType": "image/jpeg"},
        {"ledger:sha256": [DIGEST], "ledger:mediaType": "image/jpeg"},
        {"sha256": DIGEST, "mediaType": "image/jpeg"},
    ],
    ids=["text", "list", "no type", "capitals", "short", "line end", "listed", "no prefixes"],
)
def test_what_is_said_in_another_way_names_no_photo(said: Any) -> None:
    event, _ = read_event({**observed(), "ledger:photo": said})
    if event is not None:
        assert photo_of(event, Namespaces({**BUILT_IN, "ledger": NAMESPACE})) is None
