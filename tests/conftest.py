"""What all tests share: the scale of randomised tests, GS1's files, an empty ledger."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from epcis_core.store.ledger import Ledger

ROOT = Path(__file__).parent.parent
TEST_SCALE = float(os.environ.get("TEST_SCALE", "1"))

gc.set_threshold(50_000, 20, 50)  # as the commands do

settings.register_profile(
    "ledger",
    max_examples=max(1, int(60 * TEST_SCALE)),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ledger")


_OVER_AND_OVER = frozenset(
    {"conformance", "fuzz", "load", "queries", "reliability", "visibility", "world"}
)
"""Folders whose tests run the same lines thousands of times, at twice the time where measured."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure the coverage of named cases alone."""
    for item in items:
        is_random = is_hypothesis_test(getattr(item, "obj", None))
        if is_random or not _OVER_AND_OVER.isdisjoint(item.path.relative_to(ROOT).parts):
            item.add_marker("no_cover")


@pytest.fixture(autouse=True)
def _measured_here_and_elsewhere(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measure the processes that a test starts only where the test itself is measured."""
    if request.node.get_closest_marker("no_cover"):
        monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where every test must run, one that skips has failed; GS1's files alone may be missing."""
    report = yield
    if report.skipped and os.environ.get("EVERY_TEST_RUNS") == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "GS1's own files" not in reason:
            report.outcome = "failed"
            report.longrepr = f"{reason}: this test may not skip here"
    return report


@pytest.fixture(scope="session")
def gs1_dir() -> Path:
    """The folder with GS1's own files and examples; tests that need it skip without."""
    named = os.environ.get("GS1_STANDARDS_DIR")
    if not named or not (Path(named) / "gs1-epcis").is_dir():
        pytest.skip("GS1's own files are not here; set GS1_STANDARDS_DIR to run this test")
    return Path(named)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger on disk."""
    with Ledger.open(tmp_path / "ledger.duckdb") as opened:
        yield opened
