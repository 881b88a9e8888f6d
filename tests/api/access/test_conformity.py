"""The self-assessment names what there is, and says the same on page, in JSON and on paper."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pypdfium2
import pytest

from api.access.rights import RIGHTS_OF_ROUTES
from api.conformity.asked import Requirement, laws
from epcis_core.access.roles import Role
from epcis_core.store.figures import figures
from tests.api.access.members import Members, members

PROJECT = Path(__file__).parents[3]
JSON = {"Accept": "application/json"}
REQUIREMENTS = [(law.key, one) for law in laws() for one in law.requirements]
NAMED = {route.partition(" ")[2] for route in RIGHTS_OF_ROUTES}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("conformity")) as site:
        yield site


@pytest.fixture
def province(site: Members) -> Iterator[httpx.Client]:
    with site.browser(Role.PROVINCE) as browser:
        yield browser


@pytest.mark.parametrize("one", [one for _, one in REQUIREMENTS], ids=lambda one: one.clause)
def test_what_a_requirement_names_is_there(one: Requirement) -> None:
    assert [page for page in one.pages if page not in NAMED | {"/reports/quarterly"}] == []
    assert [name for name in one.documents if not (PROJECT / "docs" / name).is_file()] == []
    assert [name for name in one.tests if not (PROJECT / name).is_file()] == []
    assert [key for key in one.figures if key not in figures()] == []
    assert one.documents


def test_what_is_not_met_says_what_is_left() -> None:
    assert [
        one.clause for _, one in REQUIREMENTS if one.standing != "met" and one.note is None
    ] == []


def test_page_json_and_paper_say_the_same(province: httpx.Client) -> None:
    told = province.get("/conformity.json", headers=JSON).json()
    answers = [one["answer"]["vi"] for law in told["laws"] for one in law["requirements"]]
    assert len(answers) == len(REQUIREMENTS) == sum(told["standings"].values())
    page = province.get("/conformity?lang=vi").text
    assert [answer for answer in answers if answer not in page] == []
    pdf = pypdfium2.PdfDocument(province.get("/conformity.pdf?lang=vi").content)
    text = "".join("".join(one.get_textpage().get_text_range() for one in pdf).split())
    assert [answer for answer in answers if "".join(answer.split()) not in text] == []
    assert "Bảntựđánhgiásựphùhợp" in text


@pytest.mark.parametrize("role", [Role.BUSINESS, Role.INSPECTOR, Role.CONNECTOR])
def test_the_assessment_is_the_provinces(site: Members, role: Role) -> None:
    with site.browser(role) as browser:
        assert browser.get("/conformity.pdf").status_code == 403
