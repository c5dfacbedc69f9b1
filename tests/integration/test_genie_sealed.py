"""Vendors' tokens at rest: sealed with the key of the data folder, on both databases, also those of before."""

import shutil
import stat
from pathlib import Path

import pytest
from integration.things_room import a_database

from jinn.kernel import Names, Refused, Secret, SystemClock
from jinn.runtime import Database, KeySeal, Schema, Statement, open_seal
from jinn.things.genie import SCHEMA
from jinn.things.genie.linking import Linking
from jinn.things.genie.links import Link, Links, LinkState, Vendor

pytestmark = pytest.mark.anyio
SECRETS = ("client-secret-e01", "access-token-e02", "refresh-token-e03")
VENDOR = Vendor(
    names=Names(en="Acme", zh="顶点"), authorize_url="https://v.example/a", token_url="https://v.example/t",
    gateway_url="https://v.example/g", client_id="us", client_secret=Secret(SECRETS[0]),
)  # fmt: skip
OLD_QUERIES = """
-- name: add_old
INSERT INTO genie_links
    (id, name_en, name_zh, authorize_url, token_url, gateway_url, client_id, client_secret, may_be_private, state,
     access_token, refresh_token, expires_ms, refreshed_ms, problem_code, problem, created_ms)
VALUES ('old', 'Acme', '顶点', 'https://v.example/a', 'https://v.example/t', 'https://v.example/g', 'us', :secret, 0,
     'linked', :access, :refresh, NULL, 1, '', '', 1);
"""


def links_of(database: Database, seal: KeySeal) -> Links:
    return Links(database=database, seal=seal, clock=SystemClock())


async def a_link(links: Links) -> Link:
    link = await links.add(VENDOR)
    tokens = {"access_token": Secret(SECRETS[1]), "refresh_token": Secret(SECRETS[2])}
    return await links.change(Link(id=link.id, vendor=VENDOR, state=LinkState.LINKED, **tokens))


async def rows_of(database: Database) -> str:
    return str([dict(row) for row in await database.read("genie.links")])


def told_of(link: Link) -> tuple[str, ...]:
    return link.vendor.client_secret.reveal(), link.access_token.reveal(), link.refresh_token.reveal()


async def test_tokens_lie_sealed_and_come_back(tmp_path: Path, database_url: Secret | None) -> None:
    seal = open_seal(tmp_path / "seal.key")
    async with a_database(tmp_path / "data", database_url, others=(SCHEMA,)) as database:
        link = await a_link(links_of(database, seal))
        rows = await rows_of(database)
        assert "v.example" in rows
        assert not [secret for secret in SECRETS if secret in rows]
        again = links_of(database, open_seal(tmp_path / "seal.key"))
        await again.load()
        assert told_of(again.link(link.id)) == SECRETS
        assert again.link(link.id).state is LinkState.LINKED


async def test_what_an_older_jinn_left_readable_is_sealed_once(tmp_path: Path, database_url: Secret | None) -> None:
    """The old schema with the old rows, then this one, twice."""
    old = tmp_path / "genie_old"
    (old / "migrations").mkdir(parents=True)
    shutil.copy(SCHEMA.folder / "migrations" / "0001_genie.sql", old / "migrations")
    (old / "queries.sql").write_text(OLD_QUERIES)
    kept = {"secret": SECRETS[0], "access": SECRETS[1], "refresh": SECRETS[2]}
    async with a_database(tmp_path / "data", database_url, others=(Schema(room="genie", folder=old),)) as database:
        await database.write(Statement(query="genie.add_old", values=kept))
    for _ in range(2):
        async with a_database(tmp_path / "data", database_url, others=(SCHEMA,)) as database:
            links = links_of(database, KeySeal(bytes(32)))
            await links.load()
            assert told_of(links.link("old")) == SECRETS
            rows = await rows_of(database)
            assert not [secret for secret in SECRETS if secret in rows]
    if database_url is None:
        raw = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
        assert b"v.example" in raw
        assert not [secret for secret in SECRETS if secret.encode() in raw]


async def test_another_key_breaks_the_account_and_not_the_start(tmp_path: Path) -> None:
    async with a_database(tmp_path / "data", others=(SCHEMA,)) as database:
        link = await a_link(links_of(database, KeySeal(bytes(32))))
        links = links_of(database, KeySeal(b"1" * 32))
        await links.load()
        lost = links.link(link.id)
        assert (lost.state, lost.problem_code) == (LinkState.BROKEN, "seal-broken")
        assert told_of(lost) == ("", "", "")
        linking = Linking(
            links=links, fetcher=None, database=database, clock=SystemClock(), base_url=str,  # type: ignore[arg-type]
        )  # fmt: skip
        with pytest.raises(Refused, match="add it anew"):
            await linking.start(lost)
        # The right key, put back, opens all of it again.
        right = links_of(database, KeySeal(bytes(32)))
        await right.load()
        assert told_of(right.link(link.id)) == SECRETS


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"
    sealed = open_seal(path).seal(Secret("x"), purpose="p")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["seal.key"]
    path.chmod(0o644)
    assert open_seal(path).unseal(sealed, purpose="p").reveal() == "x"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"no key", b"AAAA", b"\xff" * 32])
def test_a_file_without_a_key_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "seal.key"
    path.write_bytes(content)
    with pytest.raises(Refused, match="holds no key"):
        open_seal(path)
    assert path.read_bytes() == content
