"""What is said of firmware over HTTP, on `ev.things.firmware` and to things: contracts/edge.schema.json, and Alink."""

import msgspec

from jinn.kernel import Names
from jinn.things.firmware.model import FAILURES, IN_FLIGHT, Image, Rollout, Update, UpdateState
from jinn.things.products import WireNames, wire_names

FIRMWARE_SUBJECT = "ev.things.firmware"
PUSH_CODE = "1000"


class WireProblem(msgspec.Struct, frozen=True):
    """Why something came to nothing."""

    code: str
    message: str


class WireImage(msgspec.Struct, frozen=True, kw_only=True):
    """`Firmware` of the contract."""

    id: str
    product_key: str
    version: str
    module: str
    size: int
    sha256: str
    added_ms: int
    notes: WireNames


class WireUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """`ThingUpdate` of the contract, and the payload of `ev.things.firmware`."""

    thing: str
    rollout: str
    version: str
    state: str
    percent: int
    changed_ms: int
    problem: WireProblem | msgspec.UnsetType = msgspec.UNSET


class WireCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How far a rollout is."""

    total: int
    waiting: int
    updating: int
    confirmed: int
    failed: int


class WireRollout(msgspec.Struct, frozen=True, kw_only=True):
    """`Rollout` of the contract."""

    id: str
    firmware: WireImage
    state: str
    percent: int
    group: str | None
    counts: WireCounts
    failure_limit_percent: float
    created_ms: int
    updates: list[WireUpdate]
    reason: WireNames | msgspec.UnsetType = msgspec.UNSET


class WireThingFirmware(msgspec.Struct, frozen=True, kw_only=True):
    """`ThingFirmware` of the contract."""

    thing: str
    modules: dict[str, str]
    newest: WireImage | None
    update: WireUpdate | None


class Offered(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The `data` of a push: SDKs drop it when url, version, size, sign or signMethod is missing, empty or zero."""

    url: str
    version: str
    size: int
    sign: str
    sign_method: str
    is_diff: int
    ext_data: dict[str, str | int]
    module: str = "default"


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """`/ota/device/upgrade`. The id is a number, as in the ecosystem."""

    id: int
    code: str
    message: str
    data: Offered


def image_on_wire(image: Image) -> WireImage:
    return WireImage(
        id=image.id,
        product_key=image.product_key,
        version=image.version,
        module=image.module,
        size=image.size,
        sha256=image.sha256,
        added_ms=image.added_ms,
        notes=wire_names(image.notes),
    )


def update_on_wire(update: Update, version: str) -> WireUpdate:
    return WireUpdate(
        thing=update.thing,
        rollout=update.rollout,
        version=version,
        state=update.state.value,
        percent=update.percent,
        changed_ms=update.changed_ms,
        problem=WireProblem(code=update.code, message=update.message) if update.code else msgspec.UNSET,
    )


def rollout_on_wire(
    rollout: Rollout, image: Image, counts: dict[UpdateState, int], updates: list[Update]
) -> WireRollout:
    reason: Names | None = rollout.reason
    return WireRollout(
        id=rollout.id,
        firmware=image_on_wire(image),
        state=rollout.state.value,
        percent=rollout.percent,
        group=str(rollout.group) if rollout.group else None,
        counts=WireCounts(
            total=sum(counts.values()),
            waiting=counts.get(UpdateState.WAITING, 0),
            updating=sum(counts.get(state, 0) for state in IN_FLIGHT),
            confirmed=counts.get(UpdateState.CONFIRMED, 0),
            failed=sum(counts.get(state, 0) for state in FAILURES),
        ),
        failure_limit_percent=rollout.failure_limit_percent,
        created_ms=rollout.created_ms,
        updates=[update_on_wire(update, image.version) for update in updates],
        reason=wire_names(reason) if reason else msgspec.UNSET,
    )


def offer(image: Image, url: str) -> Offered:
    """What a thing is told of an image: everything that SDKs ask for, and where the manifest is that jinn OS
    believes alone: not in the message, since a device's buffers are small."""
    return Offered(
        url=url,
        version=image.version,
        size=image.size,
        sign=image.sha256,
        sign_method="SHA256",
        is_diff=0,
        ext_data={"manifestUrl": f"{url}/manifest", "manifestBytes": len(image.blob)},
        module=image.module,
    )
