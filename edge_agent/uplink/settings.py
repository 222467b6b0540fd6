"""``[uplink]`` of the site file."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from edge_agent.secret import SecretRef

_PORTS = {"mqtt": 1883, "mqtts": 8883}


class Tls(BaseModel):
    """``[uplink.tls]``: whom to trust, and who we are when the broker asks for a certificate."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ca: Path | None = Field(
        default=None, description="PEM of the authorities to trust; the system's when left out."
    )
    cert: Path | None = Field(default=None, description="PEM of this unit's certificate (mTLS).")
    key: Path | None = Field(default=None, description="PEM of the certificate's key.")
    key_password: SecretRef | None = Field(default=None, description="When the key is encrypted.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key go together")
        return self


class UplinkSettings(BaseModel):
    """How to reach the broker and how much to ask of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    broker: str = Field(
        description="mqtt://host[:port] or mqtts://host[:port]; without user and password."
    )
    protocol: Literal["auto", "5", "3.1.1"] = Field(
        default="auto", description="auto: 5, and 3.1.1 where the broker refuses that."
    )
    username: str | None = Field(default=None, description="User at the broker.")
    password: SecretRef | None = Field(default=None, description="Reference to the password.")
    tls: Tls = Field(default=Tls(), description="Certificates; used with mqtts://.")
    window: int = Field(default=50, ge=20, le=100, description="Messages in flight at most.")
    backlog_share: float = Field(
        default=0.5, gt=0, le=0.8, description="Share of the window that old events may use."
    )
    backlog_open: int = Field(
        default=2000,
        ge=100,
        le=100_000,
        description="Old events published and not receipted at most: spares the broker's queue.",
    )
    batch: int = Field(default=50, ge=1, le=500, description="Events in one bulk message at most.")
    linger_ms: int = Field(
        default=200, ge=0, le=60_000, description="Longest wait of a live event for its group."
    )
    keepalive_s: int = Field(
        default=8, ge=2, le=10, description="MQTT keepalive; a hung broker is noticed in twice it."
    )
    puback_s: float = Field(
        default=10.0, gt=0, le=10, description="Seconds without a PUBACK until we reconnect."
    )
    settle_s: float = Field(
        default=5.0, gt=0, le=600, description="Seconds until a gap in a receipt is sent again."
    )
    receipt_s: float = Field(
        default=10.0,
        gt=0,
        le=3600,
        description="Seconds without a receipt until events are sent again; grows with each try.",
    )
    alarm_s: float = Field(
        default=60.0,
        gt=0,
        le=86_400,
        description="Seconds without broker or receipt until that is an alarm.",
    )
    backoff_s: float = Field(default=60.0, ge=1, le=60, description="Longest pause of a reconnect.")
    duplicate_s: float = Field(
        default=60.0, ge=1, le=3600, description="Least pause when another has our identity."
    )
    stop_s: float = Field(
        default=3.0, gt=0, le=30, description="Seconds to finish what is in flight at a stop."
    )

    @field_validator("broker")
    @classmethod
    def _broker(cls, text: str) -> str:
        parts = urlsplit(text)
        if parts.username is not None or parts.password is not None:
            # The text itself is kept out: it holds a password.
            raise ValueError("give user and password in their own settings")
        try:
            good = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good or parts.path not in ("", "/") or parts.query:
            raise ValueError("must be mqtt://host[:port] or mqtts://host[:port]")
        return text

    @model_validator(mode="after")
    def _user(self) -> Self:
        if self.password is not None and self.username is None:
            raise ValueError("a password needs a username")
        return self

    @property
    def host(self) -> str:
        return urlsplit(self.broker).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.broker)
        return parts.port or _PORTS[parts.scheme]

    @property
    def secure(self) -> bool:
        return urlsplit(self.broker).scheme == "mqtts"
