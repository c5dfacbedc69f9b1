"""How a failure is told over HTTP: one form, with a stable code, for our errors and the framework's."""

import logging
from collections.abc import Mapping

import msgspec
from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from jinn.kernel import Forbidden, Invalid, JinnError, NotFound, Refused, Unavailable

_log = logging.getLogger(__name__)

AnyRequest = Request[object, object, State]

_UNKNOWN_CALLER = frozenset({"not-authorized", "pairing-needed"})
_TOO_OFTEN = frozenset({"pairing-locked"})
_FRAMEWORK_CODES = {400: "invalid", 404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "invalid"}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """`Problem` of `contracts/jinn.schema.json`."""

    code: str
    message: str
    facts: dict[str, str | int | float | bool | None] = {}


def problem_of(error: JinnError) -> Problem:
    return Problem(code=error.stable_code(), message=error.sentence, facts=_plain(error.facts))


def status_of(error: JinnError) -> int:
    if error.stable_code() in _TOO_OFTEN:
        return 429
    if isinstance(error, Forbidden):
        return 401 if error.stable_code() in _UNKNOWN_CALLER else 403
    for kind, status in ((Invalid, 400), (NotFound, 404), (Refused, 409), (Unavailable, 503)):
        if isinstance(error, kind):
            return status
    return 500


def answer_error(_: AnyRequest, error: JinnError) -> Response[Problem]:
    return _response(problem_of(error), status_of(error))


def answer_framework_error(_: AnyRequest, error: HTTPException) -> Response[Problem]:
    code = _FRAMEWORK_CODES.get(error.status_code, "refused" if error.status_code < 500 else "bug")
    extra = error.extra if isinstance(error.extra, list) else []
    details = [str(item["message"]) for item in extra if isinstance(item, dict) and "message" in item]
    message = "; ".join([error.detail, *details])
    return _response(Problem(code=code, message=message), error.status_code)


def answer_bug(request: AnyRequest, error: Exception) -> Response[Problem]:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _response(Problem(code="bug", message="Something went wrong in jinn itself; its log says more."), 500)


def _response(problem: Problem, status: int) -> Response[Problem]:
    return Response(problem, status_code=status, media_type=MediaType.JSON)


def _plain(facts: Mapping[str, object]) -> dict[str, str | int | float | bool | None]:
    return {
        name: fact if isinstance(fact, str | int | float | bool | None) else str(fact) for name, fact in facts.items()
    }
