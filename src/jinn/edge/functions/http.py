"""Functions over HTTP: deploy, look, go back, pause, remove."""

import base64

import msgspec
from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody

from jinn.edge.functions.deploying import Functions, FunctionState
from jinn.kernel import Invalid


class Deployment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release: each part as base64; the signature is over the manifest's very bytes."""

    manifest: str
    signature: str
    code: str


class WireFailure(msgspec.Struct, frozen=True):
    version: int
    thing: str
    at_ms: int
    problem: str
    sentence: str


class WireFunction(msgspec.Struct, frozen=True):
    """A function as it stands: `trial` gets the events of `percent` of the things, `active` those of the others."""

    name: str
    runtime: str
    on: list[str]
    grants: list[str]
    active: int | None
    trial: int | None
    percent: int
    good: int
    bad: int
    enabled: bool
    problem: str
    versions: list[int]


class GoBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int | None = None


def routes(functions: Functions) -> Router:
    """Everything below `/api/functions`."""

    @get("/", summary="Every function of this hub")
    async def list_functions() -> list[WireFunction]:
        return [_wire(state) for state in functions.states()]

    @post("/", summary="Deploy a release; it runs for some of the things first")
    async def deploy(data: JSONBody[Deployment]) -> WireFunction:
        return _wire(await functions.deploy(_raw(data.manifest), _raw(data.signature), _raw(data.code)))

    @get("/{name:str}/failures", summary="What it failed at, the newest first")
    async def failures(name: FromPath[str]) -> list[WireFailure]:
        return [
            WireFailure(one.version, one.thing, one.at_ms, one.problem, one.sentence)
            for one in await functions.failures(name)
        ]

    @post("/{name:str}/back", status_code=200, summary="Run an older version again")
    async def go_back(name: FromPath[str], data: JSONBody[GoBack]) -> WireFunction:
        return _wire(await functions.go_back(name, data.version))

    @post("/{name:str}/enable", status_code=200, summary="Let it run")
    async def enable(name: FromPath[str]) -> WireFunction:
        return _wire(await functions.enable(name, is_enabled=True))

    @post("/{name:str}/disable", status_code=200, summary="Let it rest")
    async def disable(name: FromPath[str]) -> WireFunction:
        return _wire(await functions.enable(name, is_enabled=False))

    @delete("/{name:str}", summary="Forget it with all its versions")
    async def remove(name: FromPath[str]) -> None:
        await functions.remove(name)

    handlers = [list_functions, deploy, failures, go_back, enable, disable, remove]
    return Router("/api/functions", route_handlers=handlers, tags=["functions"])


def _wire(state: FunctionState) -> WireFunction:
    staged = state.staged
    numbers = {version.manifest.version: version.manifest for version in state.versions}
    newest = numbers[staged.trial or staged.active or max(numbers)]
    return WireFunction(
        name=staged.name,
        runtime=newest.runtime,
        on=list(newest.on),
        grants=list(newest.grants),
        active=staged.active,
        trial=staged.trial,
        percent=staged.percent,
        good=staged.good,
        bad=staged.bad,
        enabled=staged.is_enabled,
        problem=staged.problem,
        versions=sorted(numbers),
    )


def _raw(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as wrong:
        raise Invalid("A part of the release is no base64.", code="function-release") from wrong
