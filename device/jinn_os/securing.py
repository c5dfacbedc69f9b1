"""How does a thing know its hub, and the hub its thing? TLS from the certificates that the settings name."""

import binascii

from jinn_os.port import tls_context


def read_tls(settings, beside):
    """What `open_stream` takes, from `{"ca": PATH, "cert": PATH, "key": PATH, "server_name": NAME}`.

    `beside(path)` finds a path of the settings. Files are DER or PEM (the first block); a key is PKCS#8 or, on
    MicroPython, SEC1 too. Raises OSError or ValueError.
    """
    authority = read_der(beside(settings["ca"]))
    certificate = key = None
    if "cert" in settings:
        certificate, key = read_der(beside(settings["cert"])), read_der(beside(settings["key"]))
    return tls_context(authority, certificate, key), settings.get("server_name")


def read_der(path):
    """The bytes of a certificate or key. MicroPython is built without a reader of PEM."""
    with open(path, "rb") as file:
        data = file.read()
    start = data.find(b"-----BEGIN ")
    if start < 0:
        return data
    start = data.find(b"\n", start)
    end = data.find(b"-----END ", start)
    if start < 0 or end < 0:
        raise ValueError(path + " is no PEM")
    return binascii.a2b_base64(data[start:end].replace(b"\n", b"").replace(b"\r", b""))
