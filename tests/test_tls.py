from __future__ import annotations

import datetime
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from rtc_canvas import ConfigError, tls
from rtc_canvas.tls import own_certificate, server_context

NAMES = ["127.0.0.1", "::1", "lab.local", "localhost"]


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    """A certificate and its key in one file."""
    return own_certificate(NAMES, tmp_path / "state")


@pytest.fixture
def parts(pem: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The certificate, and its key, each in a file of its own."""
    text = pem.read_text()
    at = text.index("-----BEGIN PRIVATE")
    files = (tmp_path / "cert.pem", tmp_path / "key.pem")
    for path, part in zip(files, (text[:at], text[at:]), strict=True):
        path.write_text(part)
    return files


def test_a_certificate_names_what_it_is_for(pem: Path) -> None:
    certificate = x509.load_pem_x509_certificate(pem.read_bytes())
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert sorted(str(name.value) for name in held) == NAMES
    assert stat.S_IMODE(pem.stat().st_mode) == 0o600


def test_it_is_kept(pem: Path) -> None:
    before = pem.read_bytes()
    assert own_certificate(NAMES[1:], pem.parent).read_bytes() == before


def test_a_new_name_makes_a_new_one(pem: Path) -> None:
    before = pem.read_bytes()
    assert own_certificate([*NAMES, "192.0.2.1"], pem.parent).read_bytes() != before


def test_one_about_to_expire_is_replaced(pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pem.read_bytes()
    monkeypatch.setattr(tls, "RENEWED_BEFORE", datetime.timedelta(days=366))
    assert own_certificate(NAMES, pem.parent).read_bytes() != before


@pytest.mark.parametrize("content", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_one_that_is_damaged_is_replaced(pem: Path, content: str) -> None:
    pem.write_text(content)
    server_context(own_certificate(NAMES, pem.parent), None)


def test_in_one_file_or_two(pem: Path, parts: tuple[Path, Path]) -> None:
    server_context(pem, None)
    server_context(str(parts[0]), str(parts[1]))


def test_files_that_are_missing(pem: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing.pem"
    for certificate, key in ((missing, None), (pem, missing), (tmp_path, None)):
        with pytest.raises(ConfigError, match="cannot be read: ") as refused:
            server_context(certificate, key)
        assert str(missing if certificate != tmp_path else tmp_path) in str(refused.value)


def test_files_that_hold_something_else(parts: tuple[Path, Path], tmp_path: Path) -> None:
    certificate, key = parts
    other = tmp_path / "other.pem"
    other.write_text("other")
    with pytest.raises(ConfigError, match="name it with --key"):
        server_context(certificate, None)
    for wrong in ((other, None), (other, key), (certificate, other), (key, certificate)):
        with pytest.raises(ConfigError, match="in PEM"):
            server_context(*wrong)


def test_another_certificates_key(parts: tuple[Path, Path], tmp_path: Path) -> None:
    another = own_certificate(NAMES, tmp_path / "another")
    with pytest.raises(ConfigError, match="is not that of the certificate"):
        server_context(parts[0], another)


def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked(parts: tuple[Path, Path]) -> None:
    certificate, path = parts
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    encryption = serialization.BestAvailableEncryption(b"passphrase")
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    path.write_bytes(key.private_bytes(*form))
    with pytest.raises(ConfigError, match="is encrypted"):
        server_context(certificate, path)
