"""A number that nothing has is answered as such, however long it is."""

from collections.abc import Iterator

import pytest

from epcis_core.access.roles import Role
from tests.api.access.members import Members, members

LONG = {"25 digits": "9" * 25, "5,000 digits": "9" * 5000, "beyond SQLite": str(2**63)}
LISTS = ("/journal", "/journal.json", "/looks", "/looks.json")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("numbers")) as made:
        yield made


@pytest.mark.parametrize("number", LONG.values(), ids=LONG)
def test_lists_go_on_from_no_such_line(site: Members, number: str) -> None:
    with site.browser(Role.ADMIN) as browser, site.browser(Role.BUSINESS) as business:
        answers = [browser.get(path, params={"before": number}) for path in LISTS]
        answers.append(business.get("/shares", params={"before": number}))
    assert [answer.status_code for answer in answers] == [400] * 5


def test_lists_go_on_from_the_largest_number_there_could_be(site: Members) -> None:
    with site.browser(Role.ADMIN) as browser:
        answers = [browser.get(path, params={"before": str(2**63 - 1)}) for path in LISTS]
    assert [answer.status_code for answer in answers] == [200] * 4


@pytest.mark.parametrize("number", [*LONG.values(), "", "-1", "x"], ids=[*LONG, "no", "-1", "x"])
def test_there_is_no_such_account_or_certificate(site: Members, number: str) -> None:
    with site.browser(Role.ADMIN) as browser:
        for path, form in (
            ("/people", {"action": "reset", "account": number}),
            ("/certificates", {"action": "withdraw", "certificate": number}),
        ):
            assert browser.post(path, data=form).status_code == 404
