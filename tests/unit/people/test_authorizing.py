"""Is everybody let in by one function, and nobody else?"""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Forbidden, HomeId, ManualClock, Secret
from jinn.people import BearerProof, DeviceProof, Grant, authorize

pytestmark = pytest.mark.anyio

HOME = HomeId("home")
SECRET = Secret("s3cret")


class Devices:
    async def device_secret(self, product_key: str, device_name: str) -> Secret | None:
        return SECRET if (product_key, device_name) == ("pk", "lamp") else None


class Tokens:
    def __init__(self, *known: Grant) -> None:
        self.known = {f"token{index}": grant for index, grant in enumerate(known)}

    async def grant_of(self, token: Secret) -> Grant | None:
        return self.known.get(token.reveal())


def proof(
    method: str = "hmacsha256", *, name: str = "lamp", text: str = "clientIdx", upper: bool = False
) -> DeviceProof:
    kind = {"hmacmd5": hashlib.md5, "hmacsha1": hashlib.sha1}.get(method, hashlib.sha256)
    signature = hmac.new(SECRET.reveal().encode(), text.encode(), kind).hexdigest()
    return DeviceProof(
        product_key="pk", device_name=name, method=method, text=text,
        signature=signature.upper() if upper else signature,
    )  # fmt: skip


async def ask(given_proof: DeviceProof | BearerProof, *grants: Grant) -> Grant:
    return await authorize(given_proof, home=HOME, devices=Devices(), tokens=Tokens(*grants), clock=ManualClock())


@pytest.mark.parametrize("method", ["hmacmd5", "hmacsha1", "hmacsha256"])
@pytest.mark.parametrize("upper", [False, True])
async def test_a_device_that_signs_with_its_secret_is_let_in(method: str, upper: bool) -> None:
    grant = await ask(proof(method, upper=upper))
    assert grant.subject == "device:pk&lamp"
    assert "/sys/pk/lamp/#" in grant.publish
    assert not [topic for topic in grant.publish if "{" in topic]


@pytest.mark.parametrize(
    "wrong",
    [
        proof(name="other"),
        proof("hmacsha512"),
        DeviceProof(product_key="pk", device_name="lamp", method="hmacsha1", text="a", signature=""),
        DeviceProof(product_key="pk", device_name="lamp", method="hmacsha1", text="a", signature="é"),
    ],
)
async def test_every_wrong_signature_is_refused_alike(wrong: DeviceProof) -> None:
    with pytest.raises(Forbidden) as refused:
        await ask(wrong)
    assert refused.value.stable_code() == "not-authorized"
    assert refused.value.sentence == "This is not known here."


async def test_a_token_that_is_known_is_let_in_and_one_that_is_not_is_refused() -> None:
    owner = Grant(home=HOME, subject="owner", publish=("#",))
    assert await ask(BearerProof(token=Secret("token0")), owner) == owner
    with pytest.raises(Forbidden):
        await ask(BearerProof(token=Secret("token1")), owner)


async def test_a_grant_ends_at_its_time() -> None:
    past = Grant(home=HOME, subject="screen:x", expires_ms=1)
    with pytest.raises(Forbidden):
        await ask(BearerProof(token=Secret("token0")), past)


@given(
    signature=st.text(max_size=80), text=st.text(max_size=80), method=st.sampled_from(["hmacmd5", "hmacsha1", "", "x"])
)
async def test_no_guess_is_ever_let_in(signature: str, text: str, method: str) -> None:
    guess = DeviceProof(product_key="pk", device_name="lamp", method=method, text=text, signature=signature)
    with pytest.raises(Forbidden):
        await ask(guess)
