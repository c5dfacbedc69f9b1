"""For which devices a certificate speaks."""

from jinn.things.door.listening import certified_names


def test_a_certificate_speaks_for_its_common_name_and_its_alink_names() -> None:
    certificate = {
        "subject": ((("organizationName", "maker"),), (("commonName", "pk&dn"),)),
        "subjectAltName": (("DNS", "pk&other"), ("URI", "urn:alink:pk%26long"), ("URI", "https://pk&third")),
    }
    assert certified_names(certificate) == {"pk&dn", "pk&long"}


def test_no_certificate_speaks_for_nobody() -> None:
    assert certified_names(None) == certified_names({}) == frozenset()
