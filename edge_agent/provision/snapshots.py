"""Site files as they were: each has an id, and any of them can be put back."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from edge_agent.provision.record import ProvisionError, install, write

_KEPT = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """A site file of before.

    Attributes:
        id: Moment and the first digits of its digest.
        absent: There was no file; putting it back means having none.
    """

    id: str
    utc_ms: int
    who: str
    why: str
    sha256: str
    absent: bool


class Snapshots:
    """A folder of site files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "snapshots"
        self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)

    def take(self, config: Path, utc_ms: int, who: str, why: str) -> Kept:
        """Keep the file as it is now; the same content at the same moment is kept once."""
        absent = not config.exists()
        content = b"" if absent else config.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        at = datetime.fromtimestamp(utc_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
        kept = Kept(f"{at}-{digest[:8]}", utc_ms, who, why, digest, absent)
        install(self._folder / f"{kept.id}.toml", content, 0o640)
        # The index last: a snapshot that is listed is whole.
        write(self._folder / f"{kept.id}.json", asdict(kept))
        for old in self.all()[:-_KEPT]:
            (self._folder / f"{old.id}.json").unlink(missing_ok=True)
            (self._folder / f"{old.id}.toml").unlink(missing_ok=True)
        return kept

    def all(self) -> list[Kept]:
        """Oldest first."""
        files = self._folder.glob("*.json")
        kept = [Kept(**json.loads(file.read_text(encoding="utf-8"))) for file in files]
        return sorted(kept, key=lambda each: (each.utc_ms, each.id))

    def put_back(self, id_: str, config: Path) -> Kept:
        """Make the site file what it was.

        Raises:
            ProvisionError: There is no such snapshot, or it is damaged.
        """
        kept = next((each for each in self.all() if each.id == id_), None)
        if kept is None:
            known = ", ".join(each.id for each in self.all()[-5:]) or "none"
            raise ProvisionError(f"no snapshot {id_[:60]!r}; the latest are: {known}")
        content = (self._folder / f"{kept.id}.toml").read_bytes()
        if hashlib.sha256(content).hexdigest() != kept.sha256:
            raise ProvisionError(f"snapshot {kept.id} is damaged: its digest does not fit")
        if kept.absent:
            config.unlink(missing_ok=True)
        else:
            mode = config.stat().st_mode & 0o777 if config.exists() else 0o640
            install(config, content, mode)
        return kept
