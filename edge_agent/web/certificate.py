"""The page's certificate: the one that was given, or one that this unit makes for itself."""

import hashlib
import ipaddress
import ssl
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge_agent import durable
from edge_agent.errors import EdgeError

CERTIFICATE, KEY = "tls.crt", "tls.key"
_YEARS = 10
_EARLY = datetime(2025, 11, 1, tzinfo=UTC)
"""It holds from the time this was written: a new unit's clock may stand before today."""


class CertificateError(EdgeError):
    """The certificate or its key cannot be used."""


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 and newer with this certificate.

    Raises:
        CertificateError: One of the files is missing or means nothing.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION
    # A tab keeps its connection; tickets to come back with would be memory for nothing.
    made.num_tickets = 0
    try:
        made.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise CertificateError(f"{certificate}, {key}: {error.strerror or error}") from error
    return made


def load_or_make(folder: Path, hosts: Iterable[str]) -> tuple[Path, Path]:
    """Certificate and key in this folder; made when they are missing.

    Raises:
        CertificateError: They could not be made.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    if not (certificate.exists() and key.exists()):
        # In a process that ends: making one takes memory that the page would keep for ever.
        words = [sys.executable, "-m", __name__, str(folder), *sorted(hosts)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            last = done.stderr.strip().rpartition("\n")[2]
            raise CertificateError(f"{certificate}: cannot be made: {last}")
    return certificate, key


def make(folder: Path, hosts: list[str]) -> None:
    """Write a new key and its certificate.

    Raises:
        OSError: They could not be written.
    """
    made, secret = _make(hosts)
    durable.replace(folder / KEY, secret)
    durable.replace(folder / CERTIFICATE, made, 0o644)


def digest(certificate: Path) -> str:
    """SHA-256 as browsers show it, to compare on the first visit."""
    first, end, _ = certificate.read_text(encoding="ascii").partition(ssl.PEM_FOOTER)
    der = ssl.PEM_cert_to_DER_cert(first[first.index(ssl.PEM_HEADER) :] + end)
    return ":".join(f"{byte:02X}" for byte in hashlib.sha256(der).digest())


def _make(hosts: list[str]) -> tuple[bytes, bytes]:
    # Not at the top: x509 takes memory, and is wanted once in a unit's life.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"edge unit {hosts[0]}"[:64])])
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_EARLY)
        .not_valid_after(datetime.now(UTC) + timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made.public_bytes(serialization.Encoding.PEM), secret


if __name__ == "__main__":
    make(Path(sys.argv[1]), sys.argv[2:])
