"""Whatever a stranger posts to be enrolled, it is read or refused, and never let in."""

import hashlib
import hmac
from contextlib import suppress
from urllib.parse import urlencode

from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Invalid, Secret
from jinn.things.signatures import is_signed
from jinn.things.upkeep.http import read_form, read_proof
from jinn.things.upkeep.model import LOG_CHARS_MAX, log_lines

names = st.sampled_from(["productKey", "deviceName", "random", "sign", "signMethod", "signmethod", "x"])
values = st.one_of(
    st.text(max_size=20), st.sampled_from(["hmacsha1", "HmacSha256", "hmacmd5", "a" * 40, "0" * 64, "é"])
)
SECRET = Secret("the product's")


@examples(300)
@given(
    body=st.one_of(
        st.binary(max_size=200), st.lists(st.tuples(names, values)).map(lambda form: urlencode(form).encode())
    )
)
def test_a_form_is_a_proof_or_refused_and_proves_nothing_by_chance(body: bytes) -> None:
    with suppress(Invalid):
        proof = read_proof(read_form(body, ""))
        assert not is_signed(proof.text, proof.signature, method=proof.method, secret=SECRET)


@examples(100)
@given(key=st.from_regex(r"[A-Za-z0-9_]{1,20}", fullmatch=True),
       name=st.from_regex(r"[A-Za-z0-9_.]{1,20}", fullmatch=True),
       method=st.sampled_from(["hmacmd5", "hmacsha1", "hmacsha256"]), is_upper=st.booleans())  # fmt: skip
def test_every_well_signed_form_is_one(key: str, name: str, method: str, is_upper: bool) -> None:
    text = f"deviceName{name}productKey{key}randomR"
    sign = hmac.new(b"the product's", text.encode(), getattr(hashlib, method.removeprefix("hmac"))).hexdigest()
    form = {"productKey": key, "deviceName": name, "random": "R", "sign": sign.upper() if is_upper else sign}
    proof = read_proof(read_form(urlencode({**form, "signMethod": method}).encode(), ""))
    assert is_signed(proof.text, proof.signature, method=proof.method, secret=SECRET)


scalars = st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=30))
jsons = st.recursive(scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(
    st.sampled_from(["logContent", "logLevel", "module", "content"]), inner, max_size=4)), max_leaves=8)  # fmt: skip


@examples(200)
@given(forms=st.lists(jsons, max_size=5))
def test_any_log_line_can_be_kept_and_read(forms: list[object]) -> None:
    lines = log_lines(forms, 1)  # type: ignore[arg-type]
    assert len(lines) == len(forms)
    for line in lines:
        for text in (line.text, line.level, line.module):
            assert len(text.encode("utf-8")) <= 4 * LOG_CHARS_MAX
            assert "\x00" not in text
