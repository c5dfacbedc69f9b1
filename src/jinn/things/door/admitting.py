"""What a CONNECT is answered: accepted, or one of MQTT's codes for why not."""

import logging
from dataclasses import dataclass

import anyio
import msgspec

from jinn.kernel import Forbidden, JinnError, Unavailable
from jinn.people import Grant
from jinn.things.door.packets import Connect
from jinn.things.door.ports import Authorize, Provisioning
from jinn.things.door.signing import BadClientId, Claim, read_claim

_log = logging.getLogger(__name__)

BAD_CLIENT_ID = 2
UNAVAILABLE = 3
BAD_CREDENTIALS = 4
NOT_AUTHORISED = 5
SHUT_OUT = "device-shut-out"
"""The code of a `Forbidden` for a device that is known, has signed well and is shut out."""

REGISTER_TOPIC = "/ext/register"
TOKEN_TOPIC = "/ext/regnwl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Attributes:
    code: CONNACK's.
    """

    code: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A device has its secret or its token: it is told on `topic` and connects again."""

    topic: str
    payload: bytes


class Admission:
    """Decides on CONNECTs; knows nothing of connections."""

    def __init__(self, *, authorize: Authorize, provisioning: Provisioning | None, within_s: float) -> None:
        self._authorize = authorize
        self._provisioning = provisioning
        self._within_s = within_s

    def read(self, connect: Connect) -> Claim | Refusal:
        try:
            return read_claim(connect)
        except BadClientId as wrong:
            return Refusal(code=BAD_CLIENT_ID, why=wrong.sentence)
        except Forbidden as wrong:
            return Refusal(code=BAD_CREDENTIALS, why=wrong.sentence)

    async def decide(self, claim: Claim) -> Grant | Registered | Refusal:
        try:
            with anyio.fail_after(self._within_s):
                if claim.kind == "device":
                    return await self._authorize(claim.proof)
                if self._provisioning is not None:
                    return await self._provision(self._provisioning, claim)
        except TimeoutError:
            return Refusal(code=UNAVAILABLE, why="Nobody answered for the proof in time.")
        except JinnError as refused:
            return Refusal(code=_code(refused), why=refused.sentence)
        except Exception:  # noqa: BLE001 - a task ends here, and it reports
            # One device's login must not end everybody's connections; it may try again.
            _log.exception("deciding on the login of %s failed", claim.device)
            return Refusal(code=UNAVAILABLE, why="The login could not be decided.")
        return Refusal(code=NOT_AUTHORISED, why=f"Logins of the kind {claim.kind} are not offered here.")

    async def _provision(self, provisioning: Provisioning, claim: Claim) -> Grant | Registered:
        proof = claim.proof
        told = {"productKey": proof.product_key, "deviceName": proof.device_name}
        if claim.kind == "connwl":
            return await self._authorize(await provisioning.vouch(proof))
        if claim.kind == "regnwl":
            given = await provisioning.register_token(proof.product_key, proof.device_name, proof)
            told |= {"clientId": given.client_id, "deviceToken": given.token.reveal()}
            return Registered(topic=TOKEN_TOPIC, payload=msgspec.json.encode(told))
        secret = await provisioning.register(proof.product_key, proof.device_name, proof)
        told["deviceSecret"] = secret.reveal()
        return Registered(topic=REGISTER_TOPIC, payload=msgspec.json.encode(told))


def _code(refused: JinnError) -> int:
    if isinstance(refused, Unavailable):
        return UNAVAILABLE
    if isinstance(refused, Forbidden) and refused.stable_code() != SHUT_OUT:
        return BAD_CREDENTIALS
    return NOT_AUTHORISED
