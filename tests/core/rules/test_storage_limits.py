"""Between which values goods are to be kept."""

import pytest
from pydantic import ValidationError

from epcis_core.rules.storage_limits import LimitFile, limit_for, limits

GRAPES = "https://ns.example.vn/rules/cold-chain-grapes-0-8-cel"


def test_a_rule_that_a_reading_names_comes_before_the_name_of_the_goods() -> None:
    by_name = limit_for("Temperature", names=["dui cuu ninh thuan"])
    by_rule = limit_for("Temperature", biz_rules=[GRAPES], names=["dui cuu ninh thuan"])
    assert [one.id for one in (by_name, by_rule) if one] == ["fresh_meat", "fresh_grapes"]
    assert limit_for("RelativeHumidity", biz_rules=[GRAPES]) is None
    assert limit_for("Temperature", names=["nho"]) is None


def test_every_limit_has_a_name_of_its_own() -> None:
    assert len({one.id for one in limits()}) == len(limits()) > 0


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "x: expected a low or a high value"),
        ({"low": "9", "high": "8"}, "x: 9 is above 8"),
    ],
    ids=["none", "crossed"],
)
def test_a_limit_that_nothing_can_keep_to_is_refused(said: dict[str, str], message: str) -> None:
    one = {"id": "x", "type": "Temperature", "unit": "CEL", "en": "x", "vi": "x", **said}
    with pytest.raises(ValidationError, match=message):
        LimitFile.model_validate({"limits": [one]})
