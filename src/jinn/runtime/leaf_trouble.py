"""Why a region cannot be reached: asked by hand, since nats-server tells nobody but its log."""

import ssl
from urllib.parse import urlsplit

import anyio
from anyio.streams.tls import TLSStream

from jinn.kernel import JinnError, Refused, Unavailable
from jinn.runtime.leaf import LeafOptions

_WITHIN_S = 3.0
_GREETING_BYTES_MAX = 64 * 1024

_EXPIRED, _NOT_YET, _OTHER_NAME = 10, 9, frozenset({62, 64})
"""Of OpenSSL's X509_V_ERR: the certificate has expired, is not yet valid, names another host or address."""


async def why_away(leaf: LeafOptions) -> JinnError | None:
    """What stands between this home and its region; None: nothing, as far as can be seen from here.

    Its codes are `region-away`, `region-tls`, `certificate-expired`, `certificate-early`, `certificate-name` and
    `certificate-unknown`.
    """
    parts = urlsplit(leaf.url)
    host, port = parts.hostname or "", parts.port or 7422
    try:
        with anyio.fail_after(_WITHIN_S):
            async with await anyio.connect_tcp(host, port) as stream:
                # It greets in the clear and then speaks TLS on the same line.
                greeting = b""
                while b"\r\n" not in greeting and len(greeting) < _GREETING_BYTES_MAX:
                    greeting += await stream.receive()
                if parts.scheme != "tls":
                    return None
                trust = ssl.create_default_context(cafile=leaf.authority)
                wrapped = await TLSStream.wrap(
                    stream, server_side=False, hostname=host, ssl_context=trust, standard_compatible=False
                )
                await wrapped.aclose()
    except ssl.SSLCertVerificationError as wrong:
        return _refused(wrong, host)
    except (ssl.SSLError, anyio.BrokenResourceError) as wrong:
        if isinstance(wrong.__cause__, ssl.SSLCertVerificationError):
            return _refused(wrong.__cause__, host)
        return Refused(f"{host}:{port} speaks no TLS that this home understands.", code="region-tls")
    except (OSError, TimeoutError, anyio.EndOfStream):
        return Unavailable(f"Nobody answers at {host}:{port}.", code="region-away")
    return None


def _refused(wrong: ssl.SSLCertVerificationError, host: str) -> Refused:
    if wrong.verify_code == _EXPIRED:
        return Refused(f"The certificate of {host} has expired; its region must renew it.", code="certificate-expired")
    if wrong.verify_code == _NOT_YET:
        return Refused(
            f"The certificate of {host} is not valid yet; one of both clocks is wrong.", code="certificate-early"
        )
    if wrong.verify_code in _OTHER_NAME:
        return Refused(f"The certificate is for another host than {host}.", code="certificate-name")
    return Refused(
        f"The certificate of {host} is by an authority that this home was not given.", code="certificate-unknown"
    )
