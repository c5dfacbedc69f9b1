"""The line to a region beyond this machine: believed by the certificate that was handed over, and by nothing else."""

import datetime
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from cut_line import Line
from leaf_parts import Near, a_leaf, a_region, running

from jinn.kernel import Invalid, Secret, SystemClock
from jinn.runtime import Authority, Certified, LeafOptions, read_leaf, why_away

pytestmark = pytest.mark.anyio
SOON_S = 30.0
SECRET = Secret("a secret of both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifted:
    """A clock that is so many days ahead."""

    days: float

    def now(self) -> datetime.datetime:
        return SystemClock().now() + datetime.timedelta(days=self.days)

    def monotonic_s(self) -> float:
        return SystemClock().monotonic_s()


def authority(folder: Path, *, days: float = 0) -> Authority:
    return Authority(folder, name="a region", clock=Shifted(days=days))


async def ends(near: Near, state: str, code: str | None) -> None:
    with anyio.fail_after(SOON_S):
        while True:
            link = near.uplink.link()
            known = None if link.problem is None else link.problem.stable_code()
            if (link.state, known) == (state, code) and link.since_ms is not None:
                return
            await anyio.sleep(0.05)


async def meets(tmp_path: Path, tls: Certified, trusted: Path, state: str, code: str | None) -> None:
    line = Line(to_port=0)
    async with running(line), a_region(tmp_path / "region", tls=tls) as far:
        line.to_port = far.engine.trunk_port or 0
        async with a_leaf(tmp_path / "home", line, authority=trusted) as near:
            await ends(near, state, code)
            assert [home.home for home in await far.overseer.homes()] == (["home-one"] if state == "up" else [])


async def test_a_home_believes_the_region_whose_authority_it_was_given(tmp_path: Path) -> None:
    ours = authority(tmp_path / "ca")
    await meets(tmp_path, ours.certified(["127.0.0.1"]), ours.path, "up", None)


async def test_another_authority_is_refused_and_said(tmp_path: Path) -> None:
    made = authority(tmp_path / "ca").certified(["127.0.0.1"])
    await meets(tmp_path, made, authority(tmp_path / "other").path, "down", "certificate-unknown")


async def test_a_certificate_that_has_expired_is_refused_and_said(tmp_path: Path) -> None:
    made = authority(tmp_path / "ca", days=-500).certified(["127.0.0.1"])
    await meets(tmp_path, made, tmp_path / "ca" / "ca.pem", "down", "certificate-expired")
    # The next start renews it, by the same authority: no home has to be visited.
    renewed = authority(tmp_path / "ca").certified(["127.0.0.1"])
    await meets(tmp_path, renewed, tmp_path / "ca" / "ca.pem", "up", None)


async def test_a_certificate_for_another_name_or_from_the_future_is_refused_and_said(tmp_path: Path) -> None:
    made = authority(tmp_path / "ca").certified(["region.example"])
    await meets(tmp_path, made, tmp_path / "ca" / "ca.pem", "down", "certificate-name")
    early = authority(tmp_path / "early", days=9).certified(["127.0.0.1"])
    await meets(tmp_path, early, tmp_path / "early" / "ca.pem", "down", "certificate-early")


async def test_a_region_that_is_not_there_or_speaks_no_tls_is_said(tmp_path: Path) -> None:
    ours = authority(tmp_path / "ca")
    nobody = LeafOptions(url="tls://127.0.0.1:9", name="home-one", password=SECRET, authority=ours.path)
    problem = await why_away(nobody)
    assert problem is not None
    assert problem.stable_code() == "region-away"
    async with a_region(tmp_path / "region") as far:
        plain = LeafOptions(
            url=f"tls://127.0.0.1:{far.engine.trunk_port}", name="home-one", password=SECRET, authority=ours.path
        )
        problem = await why_away(plain)
        assert problem is not None
        assert problem.stable_code() == "region-tls"


async def test_a_certificate_is_kept_while_it_holds_and_made_anew_for_another_name(tmp_path: Path) -> None:
    ours = authority(tmp_path / "ca")
    first = ours.certified(["127.0.0.1"]).certificate.read_bytes()
    assert authority(tmp_path / "ca").certified(["127.0.0.1"]).certificate.read_bytes() == first
    assert ours.certified(["127.0.0.1", "region.example"]).certificate.read_bytes() != first
    assert (tmp_path / "ca" / "ca.key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "ca" / "server.key").stat().st_mode & 0o077 == 0


def test_the_credentials_carry_the_authority_and_beyond_this_machine_there_is_only_tls(tmp_path: Path) -> None:
    ours = authority(tmp_path / "ca")
    file = tmp_path / "uplink"
    file.write_text(f"home-one:a password\n{ours.pem()}")
    file.chmod(0o600)
    leaf = read_leaf("tls://region.example:7422", file)
    assert (leaf.name, leaf.password.reveal(), leaf.authority) == ("home-one", "a password", file)
    with pytest.raises(Invalid) as refused:
        read_leaf("nats-leaf://region.example:7422", file)
    assert refused.value.stable_code() == "uplink-url"
    assert read_leaf("nats-leaf://127.0.0.1:7422", file).url == "nats-leaf://127.0.0.1:7422"
