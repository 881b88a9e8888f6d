"""Sending what the description allows, and what it does not, and looking at each answer."""

import json
from collections.abc import Callable
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation.hypothesis.builder import (
    HypothesisTestConfig,
    HypothesisTestMode,
    create_test,
)
from schemathesis.specs.openapi import checks

from epcis_core.codecs.jsonld_writer import json_bytes
from tests.api.interface.described import OF_EVENTS, Served, with_examples
from tests.ingest.documents import CONTEXT
from tests.strategies.documents import documents
from tests.strategies.events import event_members

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
    checks.allow_header_conformance,
]
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


OPERATIONS = {found.ok().label: found.ok() for found in DESCRIPTION.get_all_operations()}
"""Every operation, by method and path."""


def drive(label: str, here: Served, examples: int, *, whole: bool) -> int:
    """Send requests for an operation, and return how many.

    Args:
        label: method and path.
        here: what answers them.
        examples: how many are drawn at random, the same in every run.
        whole: send also one for each limit of each parameter.

    Raises:
        schemathesis.errors: an answer is none that the description has.
    """
    sent = 0

    def send(case: schemathesis.Case) -> None:
        nonlocal sent
        sent += 1
        here.found(case)
        case.call_and_validate(base_url=here.address, checks=CHECKS)

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
    return sent
