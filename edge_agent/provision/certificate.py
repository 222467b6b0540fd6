"""The unit's key for the network: made here, never shown; a request out, a certificate in.

ECDSA on P-256, which every broker's TLS takes (RFC 8446 §9.1); the key that seals evidence is
another one, so that losing trust in one says nothing of the other.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge_agent.provision.record import ProvisionError

FOLDER = "identity"
KEY, CERTIFICATE, AUTHORITIES, REQUEST = "unit.key", "unit.crt", "ca.crt", "unit.csr"
_MOST_LINKS = 8


def key(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The unit's key; a new one when there is none.

    Raises:
        ProvisionError: It is there, but unusable, or others may read it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / KEY
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise ProvisionError(f"{path}: others may read it; remove it and begin again")
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise ProvisionError(f"{path}: no private key in PEM; remove it and begin again") from None
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise ProvisionError(f"{path}: a key of another kind; remove it and begin again")
    return found


def request(own: ec.EllipticCurvePrivateKey, unit: str, site: str, province: str) -> bytes:
    """A certificate signing request in PEM (PKCS #10)."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"{province}-{site}-{unit}"[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, site[:64]),
            x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, province[:64]),
        ]
    )
    built = x509.CertificateSigningRequestBuilder().subject_name(name).sign(own, hashes.SHA256())
    return built.public_bytes(serialization.Encoding.PEM)


def accepted(
    pem: bytes, authorities: bytes, own: ec.EllipticCurvePrivateKey, now_ms: int
) -> x509.Certificate:
    """The unit's certificate, when it is ours, in force, and leads to an authority that is trusted.

    Args:
        pem: Certificate, with intermediates behind it where there are any.
        authorities: Whom to trust, PEM.
        own: The unit's key.
        now_ms: The time to judge by.

    Raises:
        ProvisionError: With what is wrong, and what to do.
    """
    try:
        chain = x509.load_pem_x509_certificates(pem)
        trusted = x509.load_pem_x509_certificates(authorities)
    except ValueError:
        raise ProvisionError("no certificate in PEM; ask for PEM, not DER or PKCS #12") from None
    leaf = chain[0]
    if _public(leaf.public_key()) != _public(own.public_key()):
        raise ProvisionError(
            "the certificate belongs to another key: it was made for another unit, or from an older"
            " request; send this unit's unit.csr"
        )
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    link = leaf
    for _ in range(_MOST_LINKS):
        _in_force(link, at)
        root = next((each for each in trusted if _issued(link, each)), None)
        if root is not None:
            _in_force(root, at)
            return leaf
        above = next((each for each in chain[1:] if each != link and _issued(link, each)), None)
        if above is None:
            break
        link = above
    raise ProvisionError(
        f"no chain from the certificate to a trusted authority: {_name(link.issuer)} is not among"
        " them; give that authority's certificate, or the intermediates"
    )


def _in_force(certificate: x509.Certificate, at: datetime) -> None:
    name = _name(certificate.subject)
    if at > certificate.not_valid_after_utc:
        day = certificate.not_valid_after_utc.date().isoformat()
        raise ProvisionError(f"{name} expired on {day}; ask for a new certificate")
    if at < certificate.not_valid_before_utc:
        day = certificate.not_valid_before_utc.date().isoformat()
        raise ProvisionError(f"{name} holds only from {day}; is this unit's clock right?")


def _issued(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    """Whether ``by`` may issue certificates and issued this one."""
    try:
        basic = by.extensions.get_extension_for_class(x509.BasicConstraints).value
        if not basic.ca:
            return False
        certificate.verify_directly_issued_by(by)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return True


def _public(of: object) -> bytes:
    pem: bytes = of.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem


def _name(name: x509.Name) -> str:
    return name.rfc4514_string()[:120] or "(no name)"


def _make(path: Path) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    # Linked into place whole: a power cut leaves no half a key, and a second maker loses.
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
