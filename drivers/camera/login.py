"""What to say to a camera that asks who we are: Digest (RFC 7616 with MD5) or Basic (RFC 7617)."""

import base64
import hashlib
import re
import secrets

_PART = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


def answer(challenge: str, method: str, url: str, username: str, password: str) -> str:
    """Value of the Authorization header; empty when the challenge is not understood."""
    scheme, _, rest = challenge.partition(" ")
    if scheme.lower() == "basic":
        return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
    if scheme.lower() != "digest":
        return ""
    asked = {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        for name, quoted, bare in _PART.findall(rest)
    }
    realm, nonce = asked.get("realm", ""), asked.get("nonce", "")
    if asked.get("algorithm", "MD5").upper() != "MD5":
        return ""
    first = _md5(f"{username}:{realm}:{password}")
    second = _md5(f"{method}:{url}")
    said = {"username": username, "realm": realm, "nonce": nonce, "uri": url}
    if "auth" in asked.get("qop", "").split(","):
        own, count = secrets.token_hex(8), "00000001"
        response = _md5(f"{first}:{nonce}:{count}:{own}:auth:{second}")
        tail = f', qop=auth, nc={count}, cnonce="{own}"'
    else:
        response, tail = _md5(f"{first}:{nonce}:{second}"), ""
    words = ", ".join(f'{name}="{_quoted(text)}"' for name, text in said.items())
    return f'Digest {words}, response="{response}"{tail}'


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
