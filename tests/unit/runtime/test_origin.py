"""Which pages may talk to us."""

import pytest

from jinn.kernel import Forbidden
from jinn.runtime.origin import check_origin, is_loopback_name


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8080", None),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("192.168.1.7", "http://192.168.1.7"),
        ("kitchen:8080", "https://kitchen:8080"),
        ("Jinn.Local:8080", "http://jinn.local:8080"),
        ("home.example.org", "https://home.example.org"),
    ],
)
def test_pages_of_ours_are_let_in(host: str, origin: str | None) -> None:
    check_origin(host, origin, {"home.example.org"})


@pytest.mark.parametrize("host", ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8080"])
def test_a_strangers_name_is_refused(host: str) -> None:
    with pytest.raises(Forbidden) as caught:
        check_origin(host, None, ())
    assert caught.value.stable_code() == "wrong-host"


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "http://localhost:9999", "http://localhost:8080.evil.example", "file://"],
)
def test_a_strangers_page_is_refused(origin: str) -> None:
    with pytest.raises(Forbidden) as caught:
        check_origin("localhost:8080", origin, ())
    assert caught.value.stable_code() == "wrong-origin"


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [("localhost:1", True), ("127.0.0.1", True), ("[::1]:80", True), ("evil.local", False), ("localhost.local", False)],
)
def test_only_loopback_itself_counts_as_this_machine(host: str, is_loopback: bool) -> None:
    assert is_loopback_name(host) is is_loopback
