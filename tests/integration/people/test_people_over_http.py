"""How a stranger's screen becomes one of the home's, over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
import pytest

from jinn.kernel import HomeId, Lang, Names, Secret, SystemClock
from jinn.people import SCHEMA, Admitting, Households, Pairing, TokenBook, routes
from jinn.runtime import HttpOptions, HttpServer, Metrics, open_database

pytestmark = pytest.mark.anyio
OWNER = Secret("the owner's own")


class NoDevices:
    async def device_secret(self, product_key: str, device_name: str) -> Secret | None:
        return None


@asynccontextmanager
async def served(folder: Path, *, trust_loopback: bool = False) -> AsyncIterator[str]:
    clock = SystemClock()
    async with open_database((SCHEMA,), folder=folder) as database, anyio.create_task_group() as tasks:
        households = Households(database=database, clock=clock)
        await households.load(names=Names(en="Home", zh="家"), lang=Lang.ZH)
        home: HomeId = households.household().id
        tokens = TokenBook(database=database, clock=clock, home=home, owner_token=OWNER)
        admitting = Admitting(home=home, tokens=tokens, devices=NoDevices(), clock=clock, trust_loopback=trust_loopback)
        server = HttpServer(
            [routes(households, Pairing(database=database, clock=clock, tokens=tokens), tokens)],
            admit=admitting.admit,
            options=HttpOptions(port=0),
            metrics=Metrics(),
            checks={},
        )
        await tasks.start(lambda *, task_status: server.run(task_status=task_status))
        yield f"http://127.0.0.1:{server.port}"
        tasks.cancel_scope.cancel()


def browser(url: str, token: str | None = None) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token}"} if token is not None else {}
    return httpx.AsyncClient(base_url=url, headers=headers, trust_env=False)


async def test_six_digits_make_a_screen_of_a_stranger_until_it_is_revoked(tmp_path: Path) -> None:
    async with served(tmp_path) as url, browser(url, OWNER.reveal()) as owner, browser(url) as screen:
        assert (await screen.get("/api/areas")).status_code == 401
        code = (await owner.post("/api/pairing/codes")).json()["code"]
        claimed = await screen.post("/api/pairing/claim", json={"code": code, "name": "kitchen"})
        assert claimed.status_code == 201
        assert "httponly" in claimed.headers["set-cookie"].lower()
        assert "samesite=strict" in claimed.headers["set-cookie"].lower()
        # The cookie alone is enough from now on.
        assert (await screen.get("/api/areas")).status_code == 200
        assert (await screen.post("/api/pairing/claim", json={"code": code})).status_code == 403
        (session,) = (await owner.get("/api/tokens")).json()
        assert session["name"] == "kitchen"
        assert (await owner.delete(f"/api/tokens/{session['id']}")).status_code == 204
        assert (await screen.get("/api/areas")).status_code == 401


async def test_a_screen_may_not_change_the_household(tmp_path: Path) -> None:
    async with served(tmp_path) as url, browser(url, OWNER.reveal()) as owner, browser(url) as screen:
        code = (await owner.post("/api/pairing/codes")).json()["code"]
        await screen.post("/api/pairing/claim", json={"code": code})
        for answer in (
            await screen.post("/api/pairing/codes"),
            await screen.post("/api/members", json={"name": "Eve", "role": "owner"}),
            await screen.post("/api/areas", json={"names": {"en": "Den", "zh": "书房"}}),
            await screen.put("/api/home", json={"names": {"en": "Mine", "zh": "我的"}, "lang": "en"}),
            await screen.get("/api/tokens"),
            await screen.delete("/api/tokens/any"),
        ):
            assert answer.status_code == 403
        assert (await screen.get("/metrics")).json()["code"] == "not-allowed"


async def test_the_owner_adds_rooms_and_members(tmp_path: Path) -> None:
    async with served(tmp_path) as url, browser(url, OWNER.reveal()) as owner:
        added = await owner.post("/api/areas", json={"names": {"en": "Study", "zh": "书房"}})
        assert added.status_code == 201
        assert (await owner.get("/api/areas")).json() == [added.json()]
        member = (await owner.post("/api/members", json={"name": "Ada", "role": "owner"})).json()
        last = await owner.delete(f"/api/members/{member['id']}")
        assert (last.status_code, last.json()["code"]) == (409, "last-owner")
        unknown = await owner.delete("/api/members/nobody")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "member-not-found")
        bad = await owner.post("/api/members", json={"name": "Ada", "role": "king"})
        assert (bad.status_code, bad.json()["code"]) == (400, "invalid")


async def test_guessing_is_answered_with_too_many_requests(tmp_path: Path) -> None:
    async with served(tmp_path) as url, browser(url) as screen:
        answers = [await screen.post("/api/pairing/claim", json={"code": "000000"}) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [403] * 5 + [429] * 2


async def test_at_the_hub_itself_an_old_cookie_shuts_nobody_out(tmp_path: Path) -> None:
    async with served(tmp_path, trust_loopback=True) as url, browser(url) as screen:
        answer = await screen.get("/api/tokens", headers={"cookie": "jinn_token=from-before"})
        assert answer.status_code == 200
        elsewhere = await screen.get("/api/tokens", headers={"host": "speaker.local"})
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (401, "pairing-needed")
