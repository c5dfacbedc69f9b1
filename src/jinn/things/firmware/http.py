"""Firmware over HTTP: packages and rollouts for people, and the download for things."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from litestar import Request, Response, Router, get, post, put
from litestar.datastructures import State, UploadFile
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.params import Body, FromPath, JSONBody
from litestar.response import Stream

from jinn.kernel import Forbidden, Invalid, Refused, ThingId
from jinn.people import Grant
from jinn.things.firmware.model import FAILURES, Image, ImageId, RolloutId, UpdateState
from jinn.things.firmware.rolling import AT_ONCE, FAILURE_LIMIT_PERCENT
from jinn.things.firmware.room import FirmwareRoom
from jinn.things.firmware.wire import WireImage, WireRollout, WireThingFirmware, image_on_wire

_PIECE_BYTES = 65_536
_RANGE = re.compile(r"bytes=(\d{1,10})-(\d{0,10})")
AnyRequest = Request[object, object, State]


class NewRollout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /api/rollouts`."""

    firmware: str
    percent: int = 100
    group: str | None = None
    failure_limit_percent: float = FAILURE_LIMIT_PERCENT
    at_once: int = AT_ONCE


class Wider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`PUT /api/rollouts/{id}`."""

    percent: int


class Parts(msgspec.Struct, frozen=True):
    """`POST /api/firmware`: the signed manifest, and the package."""

    manifest: UploadFile
    package: UploadFile


def routes(room: FirmwareRoom) -> list[Router | BaseRouteHandler]:
    """What people see and decide below `/api`, and `/firmware/…` for things, each with an address of its own."""
    handlers = [*_seeing(room), *_deciding(room)]
    return [Router("/api", route_handlers=handlers, tags=["firmware"]), *downloads(room)]


def _seeing(room: FirmwareRoom) -> list[BaseRouteHandler]:
    @get("/firmware", summary="Every package that is kept, the newest first")
    async def list_firmware() -> list[WireImage]:
        return [image_on_wire(image) for image in await room.images.all()]

    @get("/things/{thing:str}/firmware", summary="What runs on a thing, and how its last update went")
    async def firmware_of_thing(thing: FromPath[str]) -> WireThingFirmware:
        return await room.of_thing(ThingId(thing))

    @get("/rollouts", summary="The rollouts, the newest first")
    async def list_rollouts() -> list[WireRollout]:
        return await room.all_rollouts()

    @get("/rollouts/{rollout:str}", summary="One rollout as it is now")
    async def one_rollout(rollout: FromPath[str]) -> WireRollout:
        return await room.rollout_on_wire(await room.rollouts.rollout(RolloutId(rollout)))

    return [list_firmware, firmware_of_thing, list_rollouts, one_rollout]


def _deciding(room: FirmwareRoom) -> list[BaseRouteHandler]:
    @post("/firmware", summary="Keep a package: multipart, `manifest` (signed) and `package`")
    async def add_firmware(
        request: AnyRequest, data: Annotated[Parts, Body(media_type=RequestEncodingType.MULTI_PART)]
    ) -> WireImage:
        _only_owner(request)
        return image_on_wire(await room.images.add(await data.manifest.read(), await data.package.read()))

    @post("/rollouts", summary="Bring a package to things")
    async def start_rollout(request: AnyRequest, data: JSONBody[NewRollout]) -> WireRollout:
        _only_owner(request)
        started = await room.rollouts.start(
            ImageId(data.firmware), percent=data.percent, group=data.group,
            failure_limit_percent=data.failure_limit_percent, at_once=data.at_once,
        )  # fmt: skip
        return await room.rollout_on_wire(started)

    @put("/rollouts/{rollout:str}", summary="Let more things in")
    async def widen_rollout(request: AnyRequest, rollout: FromPath[str], data: JSONBody[Wider]) -> WireRollout:
        _only_owner(request)
        return await room.rollout_on_wire(await room.rollouts.widen(RolloutId(rollout), data.percent))

    @post("/rollouts/{rollout:str}/{deed:str}", status_code=200, summary="`pause`, `resume` or `stop` it")
    async def hold_rollout(request: AnyRequest, rollout: FromPath[str], deed: FromPath[str]) -> WireRollout:
        _only_owner(request)
        deeds = {"pause": room.rollouts.pause, "resume": room.rollouts.resume, "stop": room.rollouts.stop}
        if deed not in deeds:
            raise Invalid("A rollout can be paused, resumed and stopped.", code="deed-unknown")
        return await room.rollout_on_wire(await deeds[deed](RolloutId(rollout)))

    return [add_firmware, start_rollout, widen_rollout, hold_rollout]


def downloads(room: FirmwareRoom) -> list[BaseRouteHandler]:
    """Only `/firmware/…`: for a server of its own."""

    # Open to whoever has the address: the address is the proof, made for one thing and one package, for an hour.
    @get(
        "/firmware/{image:str}/{thing:str}/{expires_s:int}/{proof:str}",
        is_public=True,
        include_in_schema=False,
    )
    async def download(
        request: AnyRequest, image: FromPath[str], thing: FromPath[str], expires_s: FromPath[int], proof: FromPath[str]
    ) -> Response[bytes] | Stream:
        found = await _wanted(room, ImageId(image), ThingId(thing), expires_s, proof)
        return _answer(room, found, request.headers.get("range", ""))

    @get(
        "/firmware/{image:str}/{thing:str}/{expires_s:int}/{proof:str}/manifest",
        is_public=True,
        include_in_schema=False,
        media_type="application/octet-stream",
    )
    async def download_manifest(
        image: FromPath[str], thing: FromPath[str], expires_s: FromPath[int], proof: FromPath[str]
    ) -> bytes:
        # Whole each time: it is small, and a thing that was cut takes it anew.
        return (await _wanted(room, ImageId(image), ThingId(thing), expires_s, proof)).blob

    return [download, download_manifest]


async def _wanted(room: FirmwareRoom, image_id: ImageId, thing: ThingId, expires_s: int, proof: str) -> Image:
    """The image under an address. A rollout that was stopped takes its addresses back.

    Raises:
        Forbidden: `not-authorized`, `address-expired`.
        Refused: `rollout-ended`.
        NotFound: `firmware-not-found`.
    """
    room.addresses.check(thing, image_id, expires_s, proof)
    image = await room.images.image(image_id)
    update = (await room.of_thing(thing)).update
    over = {UpdateState.STOPPED.value, *(state.value for state in FAILURES)}
    if update is None or update.version != image.version or update.state in over:
        raise Refused("This update is not wanted any more.", code="rollout-ended")
    return image


def _answer(room: FirmwareRoom, image: Image, wanted: str) -> Response[bytes] | Stream:
    """All of it, or from a place on: what a thing needs to go on after a cut."""
    first, last = 0, image.size - 1
    match = _RANGE.fullmatch(wanted.strip())
    if match is not None:
        first = int(match[1])
        last = min(last, int(match[2])) if match[2] else last
        if first > last:
            return Response(b"", status_code=416, headers={"Content-Range": f"bytes */{image.size}"})
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(last - first + 1), "Cache-Control": "no-store"}
    if match is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{image.size}"
    return Stream(
        _pieces(room, image, first, last),
        status_code=206 if match is not None else 200,
        headers=headers,
        media_type="application/octet-stream",
    )


async def _pieces(room: FirmwareRoom, image: Image, first: int, last: int) -> AsyncIterator[bytes]:
    while first <= last:
        piece = await room.images.content(image, first, min(_PIECE_BYTES, last - first + 1))
        if not piece:
            return
        first += len(piece)
        yield piece


def _only_owner(request: AnyRequest) -> None:
    grant = request.state.grant
    if not isinstance(grant, Grant) or grant.subject != "owner":
        raise Forbidden("Only the owner may do this.", code="owner-only")
