"""Only the maker's own signature is good. Plain functions and asserts: MicroPython runs this file too."""

from jinn_os.update.ed25519 import verify
from jinn_os.update.sha512 import sha512, slow_sha512

L = (1 << 252) + 27742317777372353535851937790883648493
P = (1 << 255) - 19

# RFC 8032, 7.1: tests 1, 2, 3 and SHA(abc) as key, message, signature.
VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
        "655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
        "b00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
        "c027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
        "2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17a"
        "d9bef1177331a704",
    ),
)

SMALL_ORDER = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
)


def vectors():
    return [tuple(bytes.fromhex(part) for part in vector) for vector in VECTORS]


def test_sha512_gives_the_hashes_of_the_standard():
    short = (
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    )
    empty = (
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
        "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
    )
    assert slow_sha512(b"abc").hex() == short
    assert slow_sha512(b"").hex() == empty
    assert sha512(b"abc").hex() == short


def test_sha512_pads_right_at_every_length_around_a_block():
    # As another implementation says.
    starts = b"".join([slow_sha512(bytes(range(count)))[:8] for count in range(100, 256)])
    assert slow_sha512(starts).hex()[:32] == "4e141a7ea404a2643bcc735ae136b5d1"


def test_signatures_of_rfc_8032_are_good():
    for key, message, signature in vectors():
        assert verify(key, message, signature)


def test_one_changed_bit_makes_a_signature_bad():
    key, message, signature = vectors()[2]
    for place in range(0, 64, 5):
        spoilt = bytearray(signature)
        spoilt[place] ^= 1 << place % 8
        assert not verify(key, message, bytes(spoilt))
    assert not verify(key, message + b"x", signature)
    assert not verify(key, b"\xae\x82", signature)


def test_a_signature_of_another_maker_is_bad():
    first, second = vectors()[1], vectors()[2]
    assert not verify(first[0], second[1], second[2])


def test_a_second_spelling_of_a_good_signature_is_refused():
    key, message, signature = vectors()[0]
    s = int.from_bytes(signature[32:], "little") + L
    assert not verify(key, message, signature[:32] + s.to_bytes(32, "little"))


def test_keys_and_points_of_small_order_are_refused():
    _, message, signature = vectors()[0]
    nothing = bytes(32)
    for small in SMALL_ORDER:
        point = bytes.fromhex(small)
        assert not verify(point, message, point + nothing)
        assert not verify(point, message, bytes.fromhex(SMALL_ORDER[0]) + nothing)
        assert not verify(vectors()[0][0], message, point + signature[32:])


def test_a_point_that_is_written_with_a_number_too_great_is_refused():
    key, message, signature = vectors()[0]
    for y in range(P, 1 << 255):
        for sign in (0, 1 << 255):
            text = (y + sign).to_bytes(32, "little")
            assert not verify(text, message, signature)
            assert not verify(key, message, text + signature[32:])


def test_what_has_not_the_length_of_a_signature_is_none():
    key, message, signature = vectors()[0]
    assert not verify(key[:31], message, signature)
    assert not verify(key + b"\0", message, signature)
    assert not verify(key, message, signature[:63])
    assert not verify(key, message, signature + b"\0")
    assert not verify(b"", b"", b"")
