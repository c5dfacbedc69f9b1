"""Setup codes of Matter, against those that the specification and its reference software publish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Invalid
from jinn.things.matter.codes import check_digit, read_code


def test_the_manual_code_of_the_reference_device_is_read() -> None:
    code = read_code("3497-011-2332")
    assert (code.kind, code.discriminator, code.passcode.reveal()) == ("manual", 3840 >> 8, "20202021")
    assert code.text.reveal() == "34970112332"
    assert (code.vendor, code.product, code.needs_press) == (None, None, False)


@pytest.mark.parametrize(
    ("digits", "short", "passcode"), [("00204800002", 128 >> 8, "00002048"), ("34970112332", 15, "20202021")]
)
def test_published_manual_codes_are_read(digits: str, short: int, passcode: str) -> None:
    code = read_code(digits)
    assert (code.discriminator, code.passcode.reveal()) == (short, passcode)


def test_a_long_manual_code_names_vendor_and_product() -> None:
    code = read_code("749701123365521327687")
    assert (code.vendor, code.product, code.passcode.reveal()) == (0xFFF1, 0x8000, "20202021")
    assert code.needs_press


@pytest.mark.parametrize(
    ("text", "vendor", "product", "discriminator", "passcode"),
    [
        ("MT:M5L90MP500K64J00000", 12, 1, 128, "00002048"),
        ("MT:-24J042C00KA0648G00", 0xFFF1, 0x8001, 3840, "20202021"),
        ("MT:Y.K9042C00KA0648G00", 0xFFF1, 0x8000, 3840, "20202021"),
        (" mt:y.k9042c00ka0648g00 ", 0xFFF1, 0x8000, 3840, "20202021"),
    ],
)
def test_published_qr_codes_are_read(text: str, vendor: int, product: int, discriminator: int, passcode: str) -> None:
    code = read_code(text)
    assert (code.vendor, code.product, code.discriminator) == (vendor, product, discriminator)
    assert code.passcode.reveal() == passcode
    assert code.text.reveal() == text.strip().upper()


@pytest.mark.parametrize("at", range(11))
@pytest.mark.parametrize("by", range(1, 10))
def test_every_single_wrong_digit_is_noticed(at: int, by: int) -> None:
    digits = "34970112332"
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]
    with pytest.raises(Invalid):
        read_code(wrong)


@given(st.text("0123456789", min_size=10, max_size=10), st.integers(0, 9))
def test_two_digits_in_the_wrong_order_are_noticed(digits: str, at: int) -> None:
    whole = digits + str(check_digit(digits))
    swapped = whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :]
    assert swapped == whole or check_digit(swapped[:-1]) != int(swapped[-1])


@pytest.mark.parametrize(
    "text",
    ["", "MT:", "1234", "34970112333", "MT:M5L90MP500K64J0000", "MT:M5L90MP500K64J0000!", "MT:M5L90MP500W-GT68D20",
     "MT:M5L90MP500K64J00000*M5L90U.D010K4J00000", "٣٤٩٧٠١١٢٣٣٢", "9" * 11, "M" * 1000],
)  # fmt: skip
def test_what_is_no_code_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_code(text)
    assert refused.value.stable_code() == "bad-setup-code"
    assert not text or text not in refused.value.sentence


def test_a_passcode_that_people_guess_is_refused() -> None:
    # 11111111, discriminator 0, with its right check digit.
    upper, lower = 11_111_111 & 0x3FFF, 11_111_111 >> 14
    digits = f"0{upper:05d}{lower:04d}"
    with pytest.raises(Invalid):
        read_code(digits + str(check_digit(digits)))


@given(st.text(max_size=40) | st.text("0123456789", min_size=11, max_size=21) | st.text("MT:0123AZ-.", max_size=30))
def test_anything_is_read_or_refused(text: str) -> None:
    try:
        code = read_code(text)
    except Invalid:
        return
    assert 0 <= code.discriminator < 4096
