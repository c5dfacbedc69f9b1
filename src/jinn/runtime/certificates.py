"""An authority of our own: what it signs is believed by whoever was given its certificate, and by nobody else."""

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from jinn.kernel import Clock, Unavailable
from jinn.runtime.whole_files import keep_file

AUTHORITY_DAYS = 20 * 365
"""Whoever has pinned it would have to be visited for another one."""

SERVER_DAYS = 397
"""The longest that browsers believe in a server's certificate."""

RENEW_BEFORE_DAYS = 60

_CURVE = ec.SECP256R1()


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """PEM files of a server: its certificate and the key of it."""

    certificate: Path
    key: Path


class Authority:
    """Its files lie in one folder, the keys readable by their owner only."""

    def __init__(self, folder: Path, *, name: str, clock: Clock) -> None:
        """Made at the first call. Raises `Unavailable`, code `authority`, when its files are not what we wrote."""
        self._folder = folder
        self._clock = clock
        self.path = folder / "ca.pem"
        key_path = folder / "ca.key"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.path.exists():
            _make_authority(key_path, self.path, name, clock.now())
        try:
            self._certificate = x509.load_pem_x509_certificate(self.path.read_bytes())
            key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
        except (OSError, ValueError) as wrong:
            raise Unavailable(f"The authority in {folder} cannot be read: {wrong}.", code="authority") from wrong
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise Unavailable(f"The authority in {folder} has a key of another kind.", code="authority")
        self._key = key

    def pem(self) -> str:
        """What others pin."""
        return self.path.read_text(encoding="ascii")

    def certified(self, hosts: Sequence[str]) -> Certified:
        """A server's certificate for these names and addresses; the one from before while it holds."""
        made = Certified(certificate=self._folder / "server.pem", key=self._folder / "server.key")
        if not self._holds(made.certificate, hosts):
            self._certify(made, hosts)
        return made

    def _holds(self, path: Path, hosts: Sequence[str]) -> bool:
        try:
            known = x509.load_pem_x509_certificate(path.read_bytes())
            named = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            known.verify_directly_issued_by(self._certificate)
        except Exception:  # noqa: BLE001 - whatever is wrong with the old one, there will be a new one
            return False
        wanted = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        last = known.not_valid_after_utc - datetime.timedelta(days=RENEW_BEFORE_DAYS)
        return named == wanted and self._clock.now() < last

    def _certify(self, made: Certified, hosts: Sequence[str]) -> None:
        key = ec.generate_private_key(_CURVE)
        certificate = (
            _begun(_named(hosts[0]), self._certificate.subject, key, self._clock.now(), SERVER_DAYS)
            .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        keep_file(made.key, _private(key), mode=0o600)
        keep_file(made.certificate, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)


def _make_authority(key_path: Path, path: Path, name: str, now: datetime.datetime) -> None:
    key = ec.generate_private_key(_CURVE)
    usage = x509.KeyUsage(
        key_cert_sign=True, crl_sign=True, digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        _begun(_named(name), _named(name), key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    keep_file(key_path, _private(key), mode=0o600)
    # The certificate last: where it lies, there is a key for it.
    keep_file(path, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime.datetime, days: int
) -> x509.CertificateBuilder:
    # A day earlier: clocks of homes may be slow.
    first = now - datetime.timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
