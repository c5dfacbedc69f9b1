"""Whatever a stranger sends: no proof but the right one is believed, and no answer is a fault of ours."""

import tempfile
from pathlib import Path

import anyio
import httpx
import pytest
from fuzzing import examples
from hypothesis import example, given
from hypothesis import strategies as st

from jinn.kernel import Forbidden, HomeId, JinnError, Lang, ManualClock, Names, Secret
from jinn.people import (
    SCHEMA,
    Admitting,
    BearerProof,
    DeviceProof,
    Grant,
    Households,
    Pairing,
    TokenBook,
    authorize,
    routes,
)
from jinn.people.pairing import ATTEMPTS_MAX
from jinn.runtime import Caller, HttpOptions, HttpServer, Metrics, open_database

HOME = HomeId("home")
anything = st.text(st.characters(codec=None), max_size=80)


class Nothing:
    """Knows one device, and no token."""

    async def device_secret(self, product_key: str, device_name: str) -> Secret | None:
        return Secret("s3cret") if (product_key, device_name) == ("pk", "lamp") else None

    async def grant_of(self, token: Secret) -> Grant | None:
        return None


async def ask(proof: DeviceProof | BearerProof) -> str:
    try:
        grant = await authorize(proof, home=HOME, devices=Nothing(), tokens=Nothing(), clock=ManualClock())
    except Forbidden as refusal:
        return refusal.stable_code()
    return grant.subject


@given(
    product_key=st.just("pk") | anything,
    device_name=st.just("lamp") | anything,
    method=st.sampled_from(["hmacmd5", "hmacsha1", "hmacsha256"]) | anything,
    text=anything,
    signature=anything,
)
@example(product_key="pk", device_name="lamp", method="hmacmd5", text="\ud800", signature="\udfff" * 32)
def test_no_device_is_believed_without_its_secret(
    product_key: str, device_name: str, method: str, text: str, signature: str
) -> None:
    proof = DeviceProof(product_key=product_key, device_name=device_name, method=method, text=text, signature=signature)
    assert anyio.run(ask, proof) == "not-authorized"


@examples(20)
@example(tokens=["\ud800", "", "\0"])
@given(tokens=st.lists(anything, max_size=20))
def test_no_made_up_token_is_believed(tokens: list[str]) -> None:
    async def show() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_database((SCHEMA,), folder=Path(folder)) as database:
                book = TokenBook(database=database, clock=ManualClock(), home=HOME, owner_token=Secret("owner's"))
                for token in tokens:
                    assert await book.grant_of(Secret(token)) is None
                    assert await ask(BearerProof(token=Secret(token))) == "not-authorized"

    anyio.run(show)


@examples(20)
@example(guesses=["\ud800"])
@given(guesses=st.lists(st.from_regex(r"[0-9]{6}", fullmatch=True) | anything, max_size=12))
def test_a_code_is_worth_one_token_and_few_guesses(guesses: list[str]) -> None:
    async def guess() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_database((SCHEMA,), folder=Path(folder)) as database:
                clock = ManualClock()
                tokens = TokenBook(database=database, clock=clock, home=HOME, owner_token=Secret("owner"))
                pairing = Pairing(database=database, clock=clock, tokens=tokens)
                code = await pairing.new_code()
                refused = 0
                for attempt in guesses:
                    if attempt == code:
                        continue
                    with pytest.raises(Forbidden):
                        await pairing.claim(attempt, "guess")
                    refused += 1
                if refused >= ATTEMPTS_MAX:
                    with pytest.raises(Forbidden):
                        await pairing.claim(code, "late")
                else:
                    assert (await tokens.grant_of(await pairing.claim(code, "panel"))) is not None
                    with pytest.raises(Forbidden):
                        await pairing.claim(code, "again")

    anyio.run(guess)


_bodies = st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["code", "name", "en"]), inner),
    max_leaves=8,
).map(lambda value: repr(value).replace("'", '"').encode("utf-8", "replace"))


@examples(10)
@given(requests=st.lists(st.tuples(st.sampled_from(["POST", "PUT", "GET", "DELETE"]), _bodies), max_size=12))
def test_whatever_is_sent_to_the_open_door_is_answered_with_a_problem(requests: list[tuple[str, bytes]]) -> None:
    async def send() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_database((SCHEMA,), folder=Path(folder)) as database:
                clock = ManualClock()
                households = Households(database=database, clock=clock)
                await households.load(names=Names(en="Home", zh="家"), lang=Lang.ZH)
                tokens = TokenBook(database=database, clock=clock, home=HOME, owner_token=Secret("owner"))
                pairing = Pairing(database=database, clock=clock, tokens=tokens)
                admitting = Admitting(home=HOME, tokens=tokens, devices=Nothing(), clock=clock, trust_loopback=False)
                server = HttpServer(
                    [routes(households, pairing, tokens)],
                    admit=admitting.admit,
                    options=HttpOptions(port=0),
                    metrics=Metrics(),
                    checks={},
                )
                async with anyio.create_task_group() as tasks:
                    await tasks.start(lambda *, task_status: server.run(task_status=task_status))
                    base = f"http://127.0.0.1:{server.port}"
                    async with httpx.AsyncClient(base_url=base, trust_env=False) as http:
                        for method, body in requests:
                            answer = await http.request(method, "/api/pairing/claim", content=body)
                            assert 400 <= answer.status_code < 500
                            assert set(answer.json()) <= {"code", "message", "facts"}
                    tasks.cancel_scope.cancel()

    anyio.run(send)


@given(path=st.text(max_size=30))
def test_a_satellites_token_opens_its_socket_only(path: str) -> None:
    async def admit() -> str:
        try:
            await admitting.admit(Caller(token=Secret("t"), address="10.0.0.7", is_on_this_machine=False, path=path))
        except JinnError as refusal:
            return refusal.stable_code()
        return "in"

    class OneSatellite(TokenBook):
        def __init__(self) -> None:
            pass

        async def grant_of(self, token: Secret) -> Grant | None:
            return Grant(home=HOME, subject="satellite:x", publish=("ws/satellite",))

    admitting = Admitting(home=HOME, tokens=OneSatellite(), devices=Nothing(), clock=ManualClock(), trust_loopback=True)
    assert anyio.run(admit) == ("in" if path == "ws/satellite" else "not-allowed")
