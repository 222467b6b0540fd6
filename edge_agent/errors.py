"""Everything that can be raised on purpose.

EdgeError
├── ConfigError          the site file is wrong; carries every problem at once; exit code 2
├── DeviceError          a device, with a cause code; the supervisor turns it into a state
├── SpoolError           the durable queue cannot be opened or written
│   └── SpoolFull        nothing more can be sacrificed
├── UplinkError          the broker session cannot be set up
├── EvidenceError        evidence cannot be sealed, or is not what was sealed
├── PrivacyError         texts cannot be sealed to the centre's key
└── StatusError          the running agent cannot be asked

Anything else that escapes is a bug.
"""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a device is not ok: the vocabulary of ``dev/state``, stable for the centre."""

    TIMEOUT = "timeout"
    """Asked, no answer within the deadline."""
    REFUSED = "refused"
    """Somebody is there and says no: connection refused, exception reply, wrong password."""
    CHECKSUM = "checksum"
    """Bytes arrive damaged."""
    PARSE = "parse"
    """Bytes arrive whole but mean nothing."""
    PROTOCOL = "protocol"
    """Meaning is clear but against the protocol or the configured map."""
    GONE = "gone"
    """The port or the connection disappeared."""
    SILENT = "silent"
    """Connected, but nothing useful within the device's deadline; a frozen picture counts."""
    CRASH = "crash"
    """Our driver or its child process failed; a bug report, not a field fault."""
    OVERLOAD = "overload"
    """Stopped because it took more memory or log than it may."""


class EdgeError(Exception):
    """Root of the errors raised on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file, told for the person who must mend it.

    Attributes:
        file: Path as the person gave it.
        line: 1-based; 0 when the file as a whole is meant.
        where: Dotted path of the setting, e.g. ``device.ctl1.url``.
        value: What was found, secrets already removed.
        wrong: What is wrong, in a few words.
        allowed: What would be right.
        next: What to do.
    """

    file: str
    line: int
    where: str
    value: str
    wrong: str
    allowed: str
    next: str


class ConfigError(EdgeError):
    """A site file that cannot be used, with every problem found in it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problem(s) in the configuration")
        self.problems = problems


class DeviceError(EdgeError):
    """A device did not do what it should.

    Attributes:
        cause: Code for the centre.
        detail: Words for the person in front of the cabinet; never a secret.
    """

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


class SpoolError(EdgeError):
    """The durable queue cannot be opened or written."""


class SpoolFull(SpoolError):  # noqa: N818 - reads as the state it is
    """Every class that may be sacrificed has been, and the event still does not fit."""


class UplinkError(EdgeError):
    """The broker session cannot be set up."""


class EvidenceError(EdgeError):
    """Evidence cannot be sealed, or is not what was sealed."""


class PrivacyError(EdgeError):
    """Texts cannot be sealed to the centre's key."""


class StatusError(EdgeError):
    """The running agent cannot be asked."""


class _FileError(EdgeError):
    """A file that cannot be used, told for the person who must mend it.

    Attributes:
        file: Path as the person gave it.
        wrong: What is wrong, in a few words.
        allowed: What would be right.
        next: What to do.
    """

    def __init__(self, file: str, wrong: str, allowed: str, next: str) -> None:  # noqa: A002
        super().__init__(f"{file}: {wrong}; allowed: {allowed}; {next}")
        self.file = file
        self.wrong = wrong
        self.allowed = allowed
        self.next = next


class ModelError(_FileError):
    """A network or its manifest cannot be used."""


class PictureError(_FileError):
    """A file is no picture that can be read."""
