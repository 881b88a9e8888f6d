"""Sending what the description allows, and what it does not, and looking at each answer."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation.hypothesis.builder import (
    HypothesisTestConfig,
    HypothesisTestMode,
    create_test,
)
from schemathesis.specs.openapi import checks

from api.access.secure_headers import ANY_ANSWER
from epcis_core.codecs.jsonld_writer import json_bytes
from tests.api.interface.described import OF_EVENTS, Served, with_examples
from tests.ingest.documents import CONTEXT
from tests.strategies.documents import documents
from tests.strategies.events import event_members

OF_TRANSPORT = {"content-length", "content-type", "date", "server", "transfer-encoding", "allow"}
"""Headers that belong to HTTP itself, and are not described."""


_SAID = with_examples()["info"]["description"]
OF_ANY = {name.lower() for name in ANY_ANSWER if f"`{name}`" in _SAID}
"""Headers that every answer has, and that are described once for all."""


@schemathesis.check
def only_headers_of_the_description(
    _: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """An answer carries no header that the description does not have."""
    described = case.operation.responses.find_by_status_code(response.status_code)
    if described is not None:
        known = {name.lower() for name, _ in described.headers.items()} | OF_TRANSPORT | OF_ANY
        assert {name.lower() for name in response.headers} <= known


CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
    checks.allow_header_conformance,
    only_headers_of_the_description,
]
schemathesis.serializer.alias(["application/zip", "application/gzip"], "application/octet-stream")
DESCRIPTION = schemathesis.openapi.from_dict(with_examples())


@DESCRIPTION.hook
def before_generate_body(
    context: schemathesis.HookContext, strategy: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """Documents of every kind, valid ones too, where documents are taken."""
    if context.operation is None or context.operation.path not in OF_EVENTS:
        return strategy
    plain = st.one_of(documents(), event_members().map(lambda one: {"@context": CONTEXT, **one}))
    return st.one_of(strategy, plain.map(lambda one: json.loads(json_bytes(one))))


OPERATIONS = {
    found.ok().label: found.ok()
    for found in DESCRIPTION.get_all_operations()
    if isinstance(found, Ok)
}
"""Every operation, by method and path."""


def drive(label: str, here: Served, examples: int, *, whole: bool) -> Counter[int]:
    """Send requests for an operation.

    Args:
        label: method and path.
        here: what answers them.
        examples: how many are drawn at random, the same in every run.
        whole: send also one for each limit of each parameter.

    Returns:
        How many answers there were of each status.

    Raises:
        FailureGroup: an answer is none that the description has.
    """
    told: Counter[int] = Counter()

    def send(case: schemathesis.Case[Any]) -> None:
        here.found(case)
        answer = case.call_and_validate(base_url=here.address, checks=CHECKS, timeout=60)
        told[answer.status_code] += 1
        if case.method == "DELETE" and answer.status_code == 204 and "queries" in case.path:
            here.restore()

    modes = [HypothesisTestMode.EXAMPLES, HypothesisTestMode.FUZZING]
    if whole:
        modes.append(HypothesisTestMode.COVERAGE)
    settings = hypothesis.settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    config = HypothesisTestConfig(DESCRIPTION.config, modes, settings=settings)
    run: Callable[..., Any] = create_test(
        operation=OPERATIONS[label], test_func=send, config=config
    )
    run()
    return told
