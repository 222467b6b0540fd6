"""HTTP authentication as RTSP cameras ask for it: Digest (RFC 7616, MD5) and Basic (RFC 7617)."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Literal

Scheme = Literal["digest", "basic"]
_PART = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


@dataclass
class Gate:
    """Who may come in.

    Attributes:
        user: Empty lets everybody in.
        password: Any characters.
        scheme: How it is asked for.
    """

    user: str = ""
    password: str = ""
    scheme: Scheme = "digest"
    realm: str = "edge-sim camera"
    _nonce: str = field(default_factory=lambda: secrets.token_hex(16))

    def challenge(self) -> str:
        """Value of WWW-Authenticate."""
        if self.scheme == "basic":
            return f'Basic realm="{self.realm}"'
        return f'Digest realm="{self.realm}", nonce="{self._nonce}"'

    def admits(self, method: str, header: str | None) -> bool:
        """Whether this Authorization header is right."""
        if not self.user:
            return True
        if header is None:
            return False
        scheme, _, rest = header.partition(" ")
        if scheme.lower() != self.scheme:
            return False
        if self.scheme == "basic":
            expected = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            return hmac.compare_digest(expected, rest.strip())
        parts = {
            name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
            for name, quoted, bare in _PART.findall(rest)
        }
        if parts.get("username") != self.user or parts.get("nonce") != self._nonce:
            return False
        first = _md5(f"{self.user}:{self.realm}:{self.password}")
        second = _md5(f"{method}:{parts.get('uri', '')}")
        expected = _md5(f"{first}:{self._nonce}:{second}")
        return hmac.compare_digest(expected, parts.get("response", ""))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - what the protocol asks for
