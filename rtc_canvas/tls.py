"""Certificates for a server that speaks https itself: given ones, and one of its own for a LAN."""

from __future__ import annotations

import datetime
import ipaddress
import logging
import os
import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .exceptions import ConfigError

__all__ = ["own_certificate", "server_context"]

logger = logging.getLogger(__name__)

FILE = "self-signed.pem"
LIFETIME = datetime.timedelta(days=365)
RENEWED_BEFORE = datetime.timedelta(days=30)


def server_context(
    certificate: str | os.PathLike[str], key: str | os.PathLike[str] | None
) -> ssl.SSLContext:
    """What a server needs to speak https, HTTP/1.1.

    certificate: a PEM file with the certificate, and those that lead from it to its authority.
    key: a PEM file with its private key, not encrypted; None where that stands in the first file.

    Raises:
        ConfigError: for files that cannot be used.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    for path in (certificate, *([] if key is None else [key])):
        _check_readable(path)
    try:
        context.load_cert_chain(certificate, key, password=_refuse_to_ask)
    except _Encrypted:
        raise ConfigError(
            f"The private key in {key or certificate} is encrypted; give one without a passphrase (openssl pkey)."
        ) from None
    except ssl.SSLError as error:
        raise ConfigError(_what_is_wrong(error, certificate, key)) from None
    context.set_alpn_protocols(["http/1.1"])
    return context


def _check_readable(path: str | os.PathLike[str]) -> None:
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        raise ConfigError(
            f"The certificate or key {path} cannot be read: {error.strerror}."
        ) from None


class _Encrypted(Exception):
    """A key wants a passphrase."""


def _refuse_to_ask() -> str:
    # Without this OpenSSL asks at the terminal, where perhaps nobody is.
    raise _Encrypted


def _what_is_wrong(
    error: ssl.SSLError, certificate: str | os.PathLike[str], key: str | os.PathLike[str] | None
) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"The private key in {key or certificate} is not that of the certificate in {certificate}."
    if key is None:
        return (
            f"{certificate} holds no certificate and private key in PEM; "
            "where the key is in a file of its own, name it with --key."
        )
    return f"{certificate} holds no certificate in PEM, or {key} no private key."


def own_certificate(names: Sequence[str], folder: Path) -> Path:
    """A PEM file with a certificate that nobody but ourselves vouches for, and its key.

    It is kept, so that browsers that were told to take it once take it again after a restart; it is replaced when it is
    about to expire or lacks one of the names.

    names: host names and IP addresses that the server is reached by.
    folder: where the file is, the user's own.

    Raises:
        OSError: when it cannot be kept there.
    """
    path = folder / FILE
    if not _serves(path, names):
        _write(path, _made(names, datetime.datetime.now(datetime.UTC)))
        logger.info("Made a certificate for %s: %s.", ", ".join(names), path)
    return path


def _serves(path: Path, names: Sequence[str]) -> bool:
    """Whether a kept certificate does."""
    try:
        text = path.read_bytes()
        certificate = x509.load_pem_x509_certificate(text)
        serialization.load_pem_private_key(text, None)
        held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    left = certificate.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    return left > RENEWED_BEFORE and {*map(_general_name, names)} <= {*held}


def _made(names: Sequence[str], now: datetime.datetime) -> bytes:
    """A certificate and its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rtc_canvas")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of a LAN differ.
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(map(_general_name, names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, pem: bytes) -> None:
    """Write a file that only its user can read; it appears whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)  # with mode 0600
    with open(descriptor, "wb") as file:
        file.write(pem)
    os.replace(draft, path)
