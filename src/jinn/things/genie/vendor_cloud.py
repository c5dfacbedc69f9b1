"""Asking a vendor's cloud about devices: the answer understood, the token kept good."""

import logging
from collections import deque
from collections.abc import Mapping
from uuid import uuid4

from jinn.kernel import Refused, Unavailable
from jinn.things.genie import second
from jinn.things.genie.devices import VendorDevice, read_devices
from jinn.things.genie.envelope import (
    CONTROL,
    DISCOVER,
    DISCOVERY,
    QUERY,
    Answered,
    Asked,
    ErrorCode,
    VendorError,
    encode_request,
    read_answer,
)
from jinn.things.genie.fetching import Fetcher, is_success, without
from jinn.things.genie.linking import Linking
from jinn.things.genie.links import Link, Links
from jinn.things.genie.speaking import Control
from jinn.things.values import Json

ANSWER_WITHIN_S = 12.0
"""A person has been told long before; what comes by then is still worth knowing."""

DISCOVERY_WITHIN_S = 25.0
_IDS_KEPT = 256

_log = logging.getLogger(__name__)


class VendorCloud:
    """All vendors' clouds; each request names its link."""

    def __init__(self, *, links: Links, linking: Linking, fetcher: Fetcher) -> None:
        self._links = links
        self._linking = linking
        self._fetcher = fetcher
        self._asked: deque[str] = deque(maxlen=_IDS_KEPT)

    async def discover(self, link: Link) -> tuple[list[VendorDevice], int]:
        """Its devices, and how many entries were none. Raises as `ask`."""
        answer = await self.ask(link, DISCOVERY, DISCOVER, {}, within_s=DISCOVERY_WITHIN_S)
        return read_devices(answer.payload)

    async def control(self, link: Link, device: VendorDevice, control: Control) -> None:
        """Give an order. Raises as `ask`."""
        if link.vendor.version == second.SECOND:
            name, asked = second.as_order(device, control.name, control.attribute, control.value)
            second.answer_for(device.id, await self.ask(link, CONTROL, name, asked))
            return
        payload: dict[str, Json] = {
            "deviceId": device.id,
            "deviceType": device.type,
            "attribute": control.attribute,
            "value": control.value,
            "extensions": dict(device.extensions),
        }
        second.answer_for(device.id, await self.ask(link, CONTROL, control.name, payload))

    async def query(self, link: Link, device: VendorDevice, name: str = "Query") -> list[tuple[str, Json]]:
        """What its cloud says of a device now. Raises as `ask`."""
        if link.vendor.version == second.SECOND:
            answer = await self.ask(link, QUERY, second.GET, second.about(device))
            return list(second.answer_for(device.id, answer).properties)
        payload: dict[str, Json] = {"deviceId": device.id, "deviceType": device.type}
        if device.extensions:
            payload["extensions"] = dict(device.extensions)
        return list(second.answer_for(device.id, await self.ask(link, QUERY, name, payload)).properties)

    async def ask(
        self,
        link: Link,
        namespace: str,
        name: str,
        payload: Mapping[str, Json],
        *,
        within_s: float = ANSWER_WITHIN_S,
    ) -> Answered:
        """One exchange; with a new token when the cloud says that ours is none.

        Raises:
            VendorError: it said no.
            Refused: `link-broken`.
            Unavailable: it is away, late, or answers something else.
        """
        link, _ = await self._linking.token_of(link)
        try:
            return await self._exchange(link, namespace, name, payload, within_s)
        except VendorError as error:
            if error.code != ErrorCode.TOKEN:
                raise
        link, _ = await self._linking.token_of(link, is_refused=True)
        try:
            return await self._exchange(link, namespace, name, payload, within_s)
        except VendorError as error:
            if error.code == ErrorCode.TOKEN:
                await self._links.change(link.broken("token-refused", "Its cloud refuses a token it has just given."))
                raise Refused("This account has to be linked anew.", code="link-broken") from error
            raise

    async def _exchange(
        self, link: Link, namespace: str, name: str, payload: Mapping[str, Json], within_s: float
    ) -> Answered:
        asked = Asked(
            namespace=namespace,
            name=name,
            message_id=uuid4().hex,
            token=link.access_token.reveal(),
            payload=payload,
            version=link.vendor.version,
        )
        self._asked.append(asked.message_id)
        _log.debug("asking %s for %s, message %s", link.vendor.names.en, name, asked.message_id)
        status, body = await self._fetcher.post(
            link.vendor.gateway_url,
            content=encode_request(asked),
            content_type="application/json",
            within_s=within_s,
            may_be_private=link.vendor.may_be_private,
        )
        answer = _understood(status, without(body, link.access_token))
        if answer.message_id != asked.message_id and answer.message_id in self._asked:
            raise Unavailable("The vendor's cloud answered an earlier question.", code="vendor-stale")
        return answer


def _understood(status: int, body: bytes) -> Answered:
    """An error that is told by status alone is one too, since not every cloud keeps to 200."""
    try:
        answer = read_answer(body)
    except Unavailable as error:
        if not is_success(status):
            if status in (401, 403):
                raise VendorError(ErrorCode.TOKEN, f"HTTP {status}") from error
            raise Unavailable(f"The vendor's cloud answers HTTP {status}.", code="vendor-away") from error
        raise
    if not is_success(status):
        raise VendorError(ErrorCode.SERVICE, f"HTTP {status}")
    return answer
