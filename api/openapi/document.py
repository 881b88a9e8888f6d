"""The OpenAPI document of the server, made once from its routes and what stands beside them."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import orjson
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response

from api.access.rights import RIGHTS_OF_ROUTES
from api.access.secure_headers import ANY_ANSWER
from api.openapi.answers import EVERYWHERE, ON_WRITING, problem_components, problems
from api.openapi.operations import OPERATIONS, Operation
from api.openapi.parameters import SPELLED, WORDS, parameter_components, parameters_of
from api.openapi.schemas import component_schemas, own_components
from api.openapi.shown import grouped
from api.web.answers import page

TAGS: Final[Mapping[str, str]] = {
    "EPCIS 2.0: discovery": "Which resources, methods, versions and formats there are.",
    "EPCIS 2.0: capture": "Documents and single events in; how the capture of each stands.",
    "EPCIS 2.0: events": "Queries for events, page by page.",
    "EPCIS 2.0: what events speak of": "Types, objects, places, steps and states of all events.",
    "EPCIS 2.0: master data": "Queries for master data.",
    "EPCIS 2.0: named queries": "Queries that are kept under a name.",
    "EPCIS 2.0: subscriptions": "Events of a named query, sent to an address or over a WebSocket.",
    "capture": "Files of any kind, as the command `epcis capture` sends them.",
    "events": "All events that a query asks for, in one document.",
    "pages": "What people see, and the same as JSON: by `Accept`, or with `.json` behind the path.",
    "resolver": "GS1 Digital Links: where the code on a package leads, and what is public of it.",
    "proof": "What shows that nothing in the log was changed: checkpoints and proofs.",
    "schemas": "JSON Schemas of what is taken as JSON, and this description.",
    "operation": "Whether the server lives, and its numbers.",
}
"""What the operations are grouped by."""

_DESCRIPTION: Final = (
    "Everything under `/epcis` is the REST interface of EPCIS 2.0; everything else is the ledger's "
    "own. A list in an address is its name repeated; under `/epcis` its values may also stand "
    "behind one name, with `|` between. An error is a problem by RFC 9457, or a page where a "
    "browser asks. Every answer says what browsers may not do with it, by "
    + ", ".join(f"`{name}`" for name in ANY_ANSWER)
    + "."
)


_RIGHTS: Final = {re.sub(r":\w+}", "}", name): right for name, right in RIGHTS_OF_ROUTES.items()}
"""The right that each operation asks for, by its path as it is described."""


router = APIRouter()


class Description:
    """What one application says of itself, made when somebody asks for the first time.

    Args:
        app: it; nothing that outlives the application may hold this.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    @cached_property
    def document(self) -> dict[str, Any]:
        """The description, in OpenAPI 3.1."""
        base = self._app.state.settings.base
        servers = {} if base is None else {"servers": [{"url": str(base)}]}
        return document_of(self._app) | servers

    @cached_property
    def as_json(self) -> bytes:
        """The same, as it is sent."""
        return orjson.dumps(self.document)


@router.get("/openapi.json", summary="This description", tags=["schemas"])
def description(request: Request) -> Response:
    """Answer with the description of all operations, in OpenAPI 3.1."""
    return Response(request.app.state.description.as_json, media_type="application/json")


@router.get("/docs", summary="The operations, for people", tags=["pages"])
def operations(request: Request) -> Response:
    """Show all operations with their parameters and answers, in English."""
    document = request.app.state.description.document
    return page(request, "operations.html", document=document, groups=grouped(document))


def document_of(app: FastAPI) -> dict[str, Any]:
    """Return the description of an application.

    Raises:
        LookupError: a route is not among `OPERATIONS`, or one of these has no route.
    """
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=_DESCRIPTION,
        license_info=app.license_info,
        routes=app.routes,
        tags=[{"name": name, "description": words} for name, words in TAGS.items()],
    )
    found = {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    if unmatched := found.keys() ^ OPERATIONS.keys():
        raise LookupError(f"No route, or not described: {', '.join(sorted(unmatched))}.")
    for name, operation in found.items():
        _complete(operation, name, OPERATIONS[name])
    document["components"] = {
        "schemas": component_schemas(),
        "responses": problem_components(),
        "parameters": parameter_components(),
        "headers": dict(own_components()["headers"]),
        "securitySchemes": dict(own_components()["securitySchemes"]),
    }
    return document


def _complete(operation: dict[str, Any], name: str, known: Operation) -> None:
    """Say of an operation what its route does not."""
    method, _, path = name.partition(" ")
    operation["operationId"] = _identifier(method, path)
    parameters = [_worded(one) for one in operation.get("parameters", ())]
    parameters += parameters_of(known.parameters)
    if parameters:
        operation["parameters"] = parameters
    if known.body is not None:
        operation["requestBody"] = dict(known.body)
    statuses = {*known.problems, *EVERYWHERE}
    if _RIGHTS[name] is not None:
        operation["security"] = [{}, {"Key": []}]
        statuses |= {401, 403}
    if method in {"POST", "DELETE"}:
        statuses.add(ON_WRITING)
    wrong = problems(*statuses, in_xml=path.startswith("/epcis/"))
    operation["responses"] = dict(sorted({**wrong, **known.answers}.items()))


def _worded(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter of a route with a description, and a header as it is spelled."""
    name = parameter["name"]
    schema = {key: value for key, value in parameter["schema"].items() if key != "title"}
    if "anyOf" in schema:  # a parameter that may be missing, and is then nothing
        (schema,) = (one for one in schema["anyOf"] if one != {"type": "null"})
    return {
        **parameter,
        "name": SPELLED.get(name, name),
        "description": parameter.get("description") or WORDS[name],
        "schema": schema,
    }


def _identifier(method: str, path: str) -> str:
    """Return the name of an operation.

    >>> _identifier("GET", "/epcis/bizSteps/{value}/events"), _identifier("GET", "/")
    ('get_epcis_bizSteps_value_events', 'get_index')
    """
    parts = path.replace("{", "").replace("}", "").replace(".", "/").split("/")
    return "_".join((method.lower(), *(filter(None, parts)))) if path != "/" else "get_index"
