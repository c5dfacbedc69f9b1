"""The one place where anybody is let in: devices by a signature, everybody else by a token."""

import hashlib
import hmac

from jinn.kernel import Clock, Forbidden, HomeId, Secret, millis
from jinn.people.grants import BearerProof, DeviceProof, DeviceSecrets, Grant, Proof, Tokens

METHODS = {"hmacmd5": hashlib.md5, "hmacsha1": hashlib.sha1, "hmacsha256": hashlib.sha256}
"""MD5 and SHA-1 because devices in the field sign with them; as HMAC both still hold."""

DEVICE_TOPICS = (
    "/sys/{pk}/{dn}/#",
    "/{pk}/{dn}/user/#",
    "/shadow/update/{pk}/{dn}",
    "/shadow/get/{pk}/{dn}",
    "/ota/device/inform/{pk}/{dn}",
    "/ota/device/upgrade/{pk}/{dn}",
    "/ota/device/progress/{pk}/{dn}",
    "/ota/device/request/{pk}/{dn}",
    "/ext/ntp/{pk}/{dn}/#",
    "/ext/session/{pk}/{dn}/#",
    "/ext/error/{pk}/{dn}",
    "/ext/rrpc/#",
    "/broadcast/{pk}/#",
)
"""Every topic root of the device protocol; `/ext/rrpc` names no device, the door ties it to the connection."""


async def authorize(proof: Proof, *, home: HomeId, devices: DeviceSecrets, tokens: Tokens, clock: Clock) -> Grant:
    """What the bearer of this proof may do.

    Raises:
        Forbidden: code `not-authorized`, the same for every reason, so that nobody learns which guess was warm.
    """
    if isinstance(proof, DeviceProof):
        return await _authorize_device(proof, home, devices)
    grant = await tokens.grant_of(proof.token) if isinstance(proof, BearerProof) else None
    if grant is None or (grant.expires_ms is not None and grant.expires_ms <= millis(clock.now())):
        raise _forbidden()
    return grant


async def _authorize_device(proof: DeviceProof, home: HomeId, devices: DeviceSecrets) -> Grant:
    secret = await devices.device_secret(proof.product_key, proof.device_name)
    # An unknown device is compared as well: the time must not tell which devices exist.
    is_signed = _is_signed(proof, secret or Secret("no such device"))
    if secret is None or not is_signed:
        raise _forbidden()
    topics = tuple(topic.format(pk=proof.product_key, dn=proof.device_name) for topic in DEVICE_TOPICS)
    return Grant(home=home, subject=f"device:{proof.product_key}&{proof.device_name}", publish=topics, subscribe=topics)


def _is_signed(proof: DeviceProof, secret: Secret) -> bool:
    method = METHODS.get(proof.method.lower())
    if method is None:
        return False
    expected = hmac.new(secret.reveal().encode(), proof.text.encode("utf-8", "surrogatepass"), method).hexdigest()
    return hmac.compare_digest(expected.encode(), proof.signature.lower().encode("utf-8", "surrogatepass"))


def _forbidden() -> Forbidden:
    return Forbidden("This is not known here.", code="not-authorized")
