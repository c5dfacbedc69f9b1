"""A package is what its manifest says, or nothing. Plain functions and asserts: MicroPython runs this file too."""

import hashlib
import json

from jinn_os.update import manifest
from jinn_os.update.installing import PAGE_BYTES, Installer
from jinn_os.update.listing import read_listing
from jinn_os.update.sim_flash import SimFlash

FILES = (("main.py", b"x" * 100), ("os/empty.py", b""), ("os/big.py", bytes(range(256)) * 35), ("z.py", b"z" * 4096))
SIGNED = (
    b"jinn-firmware-1 "
    b"acba818fec6443c83e865ce6dd314f099e812b5b0bb03eb7fae1e3aabc4f7e92"
    b"cd80ebab7d9e4b54cb71f19e44654d0ddefe3b6f2beba1d6584c160365371d00\n"
    b'{"product_key": "pk", "version": "2.0.0", "counter": 2, "module": "default", "size": 1, "sha256": "6'
    b'b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b", "files": [["a.py", 1, "6b86b273ff3'
    b'4fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"]]}'
)
KEY = bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")
"""Its secret key is 00 01 02 … 1f."""


def raised(kind, function, *arguments, **more):
    """What `function` raised, of `kind`; anything else is a failure."""
    try:
        function(*arguments, **more)
    except kind as failure:
        return failure.args[0]
    raise AssertionError("nothing was raised")


def form(files=FILES, **changes):
    package = b"".join([data for _, data in files])
    out = {
        "product_key": "pk",
        "version": "2.0.0",
        "counter": 2,
        "module": "default",
        "size": len(package),
        "sha256": hashlib.sha256(package).digest().hex(),
        "files": [[path, len(data), hashlib.sha256(data).digest().hex()] for path, data in files],
    }
    out.update(changes)
    return out


def read_text(text):
    """What is read of a manifest's bytes, whoever signed them."""
    return signed(manifest.HEAD + b"0" * 128 + b"\n" + text).read()


def read_signed(blob, public):
    return signed(blob).check(public)


def signed(blob):
    return manifest.Signed(SimFlash(files={"offer": blob}), "offer")


def read(**changes):
    return read_text(json.dumps(form(**changes)).encode())


def refused(**changes):
    return raised(manifest.Unsound, read, **changes)


PACKAGE = b"".join([data for _, data in FILES])


def feed_all(installer, package, piece=1000):
    at = installer.offset
    while at < len(package):
        if not installer.feed(package[at : at + piece]):
            at = installer.offset
            continue
        at += len(package[at : at + piece])
    return installer


def installed(flash, folder="a"):
    return flash.files(folder)


# manifests


def test_a_manifest_says_where_each_file_lies_in_the_package():
    found = read()
    assert (found.product_key, found.version, found.counter, found.module) == ("pk", "2.0.0", 2, "default")
    assert [(file.path, file.start, file.size) for file in found.files] == [
        ("main.py", 0, 100),
        ("os/empty.py", 100, 0),
        ("os/big.py", 100, 8960),
        ("z.py", 9060, 4096),
    ]


def test_a_manifest_that_its_maker_signed_is_read():
    # Made with the secret key by another implementation.
    assert read_signed(SIGNED, KEY).version == "2.0.0"


def test_a_manifest_that_was_changed_or_is_not_signed_is_refused():
    for at in (0, 20, len(SIGNED) - 2):
        spoilt = bytearray(SIGNED)
        spoilt[at] ^= 1
        assert raised(manifest.Unsound, read_signed, bytes(spoilt), KEY) == "manifest-unsigned"
    for blob in (b"", b"{}", SIGNED[:100], SIGNED[146:], SIGNED[:16] + b"g" * 128 + SIGNED[144:]):
        assert raised(manifest.Unsound, read_signed, blob, KEY) == "manifest-unsigned"
    assert raised(manifest.Unsound, read_signed, SIGNED, bytes(32)) == "manifest-unsigned"


def test_a_manifest_that_is_too_large_is_refused():
    blob = SIGNED + b" " * manifest.MANIFEST_BYTES_MAX
    assert raised(manifest.Unsound, read_signed, blob, KEY) == "manifest-too-large"


def test_what_is_no_manifest_is_malformed():
    for text in (b"", b"[]", b"nothing", b"{}", b"\xff", b'{"product_key":1}'):
        assert raised(manifest.Unsound, read_text, text) == "manifest-malformed"
    for changes in (
        {"version": ""},
        {"version": "1\n2"},
        {"version": 2},
        {"counter": 0},
        {"counter": True},
        {"counter": 1.0},
        {"counter": 1 << 40},
        {"counter": "2"},
        {"size": 13157},
        {"size": -1},
        {"sha256": "00"},
        {"sha256": None},
        {"module": ""},
        {"product_key": None},
    ):
        assert refused(**changes) == "manifest-malformed"


def test_a_manifest_is_the_same_in_whatever_pieces_it_comes():
    text = json.dumps(form()).encode()
    for size in (1, 7, 64, len(text)):
        entries = []
        rest = read_listing((text[at : at + size] for at in range(0, len(text), size)), entries.append)
        assert rest == dict(form(), files=[])
        assert entries == form()["files"]


def test_a_list_of_files_that_is_none_is_malformed():
    rest = form(files=FILES[:1])
    entry = json.dumps(rest.pop("files")[0])
    start = json.dumps(rest)[:-1] + ', "files": '
    good = start + f"[{entry}]}}"
    assert len(read_text(good.encode()).files) == 1
    for files in (f"[{entry},]", f"[,{entry}]", f"[{entry} {entry}]", "{}", "[1]", f"[{entry}", f"{entry}", '["a"]',
                  f"[{{}}, {entry}]", "[[[]]]", "[[" + "1," * 600 + "1]]", "null"):  # fmt: skip
        assert raised(manifest.Unsound, read_text, (start + files + "}").encode()) == "manifest-malformed", files
    long = start.replace('"pk"', '"' + "y" * 3000 + '"') + f"[{entry}]}}"
    for text in (good[:-1] + ', "files": []}', '{"x": ' + good + "}", good + "x", long, "[" + good + "]"):
        assert raised(manifest.Unsound, read_text, text.encode()) == "manifest-malformed", text[:80]


def test_what_is_said_beside_is_let_pass_however_long_it_is():
    notes = {"en": 'x"]}{[\\' * 1000, "files": [["a"]], "zh": ["files", {"files": []}]}
    for more in ({"notes": notes}, {"a": None, "notes": notes, "z": -1.5}):
        for text in (json.dumps(form(**more)), json.dumps(dict(more, **form())), json.dumps(dict(form(), **more))):
            assert len(read_text(text.encode()).files) == len(FILES)
    assert read(module="files").module == "files"


def test_a_path_that_could_leave_its_slot_is_refused():
    for path in (
        "../main.py",
        "/main.py",
        "a/../../b",
        "a//b",
        "a/./b",
        "a\\b",
        "",
        "a/",
        ".hidden",
        "manifest",
        "MANIFEST",
        "manifest/x",
        "a b",
        "ä.py",
        "a:b",
        "a" * 97,
        "a/b/c/d/e/f",
        1,
        None,
    ):
        assert refused(files=()) == "manifest-malformed"
        entries = [[path, 1, hashlib.sha256(b"x").digest().hex()]]
        text = json.dumps(dict(form(), files=entries, size=1)).encode()
        assert raised(manifest.Unsound, read_text, text) == "manifest-malformed"


def test_two_files_of_one_name_and_a_file_that_is_a_folder_are_refused():
    for files in (
        (("a.py", b"1"), ("a.py", b"2")),
        (("a.py", b"1"), ("A.py", b"2")),
        (("a", b"1"), ("a/b", b"2")),
        (("a/b/c", b"1"), ("a/b", b"2")),
    ):
        assert refused(files=files) == "manifest-malformed"


def test_a_list_of_files_that_is_none_is_refused():
    for entries in (
        None,
        {},
        "x",
        [],
        [1],
        [["a", 1]],
        [["a", -1, "0" * 64]],
        [["a", 1, "G" * 64]],
        [["a", True, "0" * 64]],
    ):
        text = json.dumps(dict(form(), files=entries)).encode()
        assert raised(manifest.Unsound, read_text, text) == "manifest-malformed"


# packages


def test_a_package_becomes_its_files_however_it_is_cut():
    for piece in (1, 7, 4096, 5000, 100000):
        flash = SimFlash()
        installer = feed_all(Installer(flash, "a", read()), PACKAGE, piece)
        assert installer.is_complete
        assert installed(flash) == dict(FILES)


def test_a_download_goes_on_where_it_stopped():
    for stop in range(0, len(PACKAGE), 997):
        flash = SimFlash()
        Installer(flash, "a", read()).feed(PACKAGE[:stop])
        again = Installer(flash, "a", read())
        assert stop - PAGE_BYTES < again.offset <= stop
        assert installed(feed_all(again, PACKAGE) and flash) == dict(FILES)


def test_a_torn_page_is_fetched_again_with_its_file():
    flash = SimFlash()
    Installer(flash, "a", read()).feed(PACKAGE[:5000])
    flash = SimFlash(files={"a/" + name: data for name, data in installed(flash).items()})
    flash.append("a/os/big.py", b"\xff" * 77)
    again = Installer(flash, "a", read())
    assert again.offset == 100 + 2 * PAGE_BYTES + 77
    assert not again.feed(PACKAGE[again.offset : 9060])
    assert again.offset == 100
    assert installed(feed_all(again, PACKAGE) and flash) == dict(FILES)


def test_a_file_that_lies_there_whole_and_wrong_is_fetched_again():
    flash = SimFlash(files={"a/main.py": b"y" * 100, "a/z.py": b"left over"})
    again = Installer(flash, "a", read())
    assert again.offset == 0
    assert installed(feed_all(again, PACKAGE) and flash) == dict(FILES)


def test_a_package_that_is_not_what_was_signed_is_refused():
    wrong = PACKAGE[:150] + b"?" + PACKAGE[151:]
    flash = SimFlash()
    assert raised(manifest.Unsound, feed_all, Installer(flash, "a", read()), wrong) == "package-hash"
    assert "os/big.py" not in installed(flash)


def test_a_package_that_goes_on_after_its_end_is_refused():
    installer = feed_all(Installer(SimFlash(), "a", read()), PACKAGE)
    assert raised(manifest.Unsound, installer.feed, b"x") == "package-too-long"


def test_a_package_of_empty_files_needs_no_byte_but_one():
    files = (("a", b""), ("b", b"1"), ("c", b""))
    flash = SimFlash()
    assert feed_all(Installer(flash, "a", read(files=files)), b"1").is_complete
    assert installed(flash) == dict(files)
