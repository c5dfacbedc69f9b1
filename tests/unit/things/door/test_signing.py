"""Who a CONNECT claims to be, as the SDKs in the field really write it."""

import hashlib
import hmac

import pytest

from jinn.kernel import Forbidden
from jinn.things.door.packets import Connect
from jinn.things.door.signing import BadClientId, Claim, read_claim

SECRET = b"0123456789abcdef0123456789abcdef"
SHA1 = "0" * 40


def claim(client_id: str, *, username: str | None = "dev1&a1TESTPK", password: str = SHA1) -> Claim:
    return read_claim(Connect(client_id=client_id, username=username, password=password.encode()))


# Three SDKs, each signing its own way: client id, the text under the signature, method, and the signature of that
# text with SECRET as `openssl dgst -hmac` gives it. The second and third lines differ in id, method and key order.
VARIANTS = {
    "Python": (
        "a1TESTPK&dev1|securemode=3,signmethod=hmacsha1,ext=1,_ss=1,lan=Python,_v=1.2.13,timestamp=1795358791|",
        "clientIda1TESTPK&dev1deviceNamedev1productKeya1TESTPKtimestamp1795358791",
        "hmacsha1",
        "5b1d0a13371d2624de232357b45fc70f0f17e942",
    ),
    "Node": (
        "a1TESTPK&dev1|securemode=3,signmethod=hmacsha1,timestamp=1795358791000,_v=1.2.8,lan=JS|",
        "clientIda1TESTPK&dev1deviceNamedev1productKeya1TESTPKtimestamp1795358791000",
        "hmacsha1",
        "0e1c1793976f1b12de470c8a8d977f25c67d03ba",
    ),
    "C": (
        "a1TESTPK.dev1|timestamp=2524608000000,_v=sdk-c-3.0.1,securemode=3,signmethod=hmacsha256,lan=C,gw=0,ext=0|",
        "clientIda1TESTPK.dev1deviceNamedev1productKeya1TESTPKtimestamp2524608000000",
        "hmacsha256",
        "2AEDDE38AA6DB67EA339EE29206A1A965FF5C6573C91D07C67651A48E1E00CC9",
    ),
}


@pytest.mark.parametrize(("client_id", "text", "method", "signature"), VARIANTS.values(), ids=VARIANTS.keys())
def test_the_signed_text_is_that_of_the_sdk(client_id: str, text: str, method: str, signature: str) -> None:
    proof = claim(client_id, password=signature).proof
    assert (proof.product_key, proof.device_name) == ("a1TESTPK", "dev1")
    assert (proof.text, proof.method, proof.signature) == (text, method, signature)
    digest = method.removeprefix("hmac")
    assert hmac.new(SECRET, proof.text.encode(), digest).hexdigest() == signature.lower()


def test_the_c_sdk_signs_in_upper_case() -> None:
    assert VARIANTS["C"][3].isupper()


@pytest.mark.parametrize("free", ["a1TESTPK&dev1", "a1TESTPK.dev1", "dev1.a1TESTPK", "SN-00-11"])
def test_the_front_of_a_client_id_is_free(free: str) -> None:
    proof = claim(f"{free}|securemode=3,signmethod=hmacsha1|").proof
    assert proof.text == f"clientId{free}deviceNamedev1productKeya1TESTPK"


def test_a_device_without_a_clock_signs_without_a_timestamp() -> None:
    assert "timestamp" not in claim("x|signmethod=hmacsha1,securemode=2|").proof.text


def test_the_method_is_read_whatever_its_case() -> None:
    assert claim("x|signmethod=hmacSha256|", password="A" * 64).proof.method == "hmacsha256"


def test_md5_is_understood() -> None:
    assert claim("x|signmethod=hmacmd5|", password="a" * 32).proof.method == "hmacmd5"


def test_a_device_that_wants_its_secret_signs_a_random_text() -> None:
    made = claim("dev1.a1TESTPK|random=r7,authType=register,securemode=2,signmethod=hmacsha256|", password="b" * 64)
    assert (made.kind, made.device) == ("register", "a1TESTPK&dev1")
    assert made.proof.text == "deviceNamedev1productKeya1TESTPKrandomr7"


def test_a_device_that_wants_a_token_is_told_apart() -> None:
    assert claim("d.p|random=r,authType=regnwl,signmethod=hmacsha256|", password="b" * 64).kind == "regnwl"


def test_a_device_that_shows_a_token_needs_no_method() -> None:
    made = claim("id|authType=connwl,securemode=-2,_ss=1,ext=3,lan=Python,_v=1.2.13|", password="the-token")
    assert (made.kind, made.proof.method, made.proof.signature) == ("connwl", "token", "the-token")


@pytest.mark.parametrize(
    "client_id",
    [
        "",
        "plain",
        "|signmethod=hmacsha1|",
        "x|signmethod=hmacsha1",
        "x|securemode=3|",
        "x|signmethod=rot13|",
        "x|signmethod=hmacsha1,signmethod=hmacmd5|",
        "x|signmethod|",
        "x|=1,signmethod=hmacsha1|",
        "x|authType=other,signmethod=hmacsha1|",
    ],
)
def test_a_client_id_that_cannot_be_read_is_said_so(client_id: str) -> None:
    with pytest.raises(BadClientId):
        claim(client_id)


@pytest.mark.parametrize(
    "username", [None, "", "dev1", "&pk", "dev1&", "a/b&pk", "dev1&p+k", "a&b&c", "x" * 65 + "&pk"]
)
def test_a_user_name_that_is_no_device_is_refused(username: str | None) -> None:
    with pytest.raises(Forbidden):
        claim("x|signmethod=hmacsha1|", username=username)


@pytest.mark.parametrize("password", ["", "0" * 39, "0" * 41, "g" * 40, "é" * 20])
def test_a_password_that_is_no_signature_is_refused(password: str) -> None:
    with pytest.raises(Forbidden):
        claim("x|signmethod=hmacsha1|", password=password)


def test_a_signature_is_as_long_as_its_method_makes_it() -> None:
    assert hashlib.sha1(b"").digest_size * 2 == len(SHA1)
