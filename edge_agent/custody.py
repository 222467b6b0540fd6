"""What the unit keeps to itself: keys of pseudonyms, evidence, and the record of both.

Puts the rooms ``privacy`` and ``evidence`` together and looks after them by the clock.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from edge_agent.clock import Clock
from edge_agent.contract.verdicts import Evidence
from edge_agent.device.driver import DeviceSettings
from edge_agent.device.pictures import Photographer
from edge_agent.device.readings import InventoryReading
from edge_agent.errors import EvidenceError, PrivacyError
from edge_agent.evidence.desk import Desk, Surroundings
from edge_agent.evidence.manifest import Device
from edge_agent.evidence.vault import Vault
from edge_agent.passage.heading import Heading
from edge_agent.passage.lanes import LaneSettings
from edge_agent.privacy.keyring import Keyring
from edge_agent.privacy.sealing import TextSeal, load_seal
from edge_agent.privacy.veil import Veil
from edge_agent.settings import UnitSettings

TURN_S = 60.0
SWEEP_S = 3600.0
FOLDER = "privacy"

_LOOK_BACK_S = 8.0
"""Pictures are kept so much longer than a lane waits for late readings."""
_LONGEST_S = 60.0


@dataclass(frozen=True)
class House:
    """What custody needs of the rest.

    Attributes:
        record: Takes an event on its way to the spool.
        durable: Returns when all that was recorded lies on the disk.
        photographer: Who can show pictures of a device now.
        inventory: What a device said that it is.
        say: Raises and clears the unit's own conditions: code, active, text, what to do.
    """

    record: Callable[[Evidence], None]
    durable: Callable[[], Awaitable[None]]
    photographer: Callable[[str], Photographer | None]
    inventory: Callable[[str], InventoryReading | None]
    say: Callable[[str, bool, str, str], None]


class Custody:
    """To be built, joined to the rest, opened before the first reading, run, and closed.

    Args:
        settings: In force.
        state_dir: Where keys and evidence lie.
        heading: Makes heads; has the clock.
        fingerprint: Of the configuration.
        software: Version of the agent.

    Attributes:
        veil: Hides plates and tags.
        desk: Takes violations.
    """

    def __init__(
        self,
        settings: UnitSettings,
        state_dir: Path,
        heading: Heading,
        *,
        fingerprint: str,
        software: str,
    ) -> None:
        self._settings = settings
        self._clock: Clock = heading.clock
        self._house: House | None = None
        self._versions = {"agent": software, "configuration": fingerprint}
        self._log = structlog.get_logger("custody")
        self._vault = Vault(state_dir, settings.unit.id, settings.evidence.keep, self._clock)
        self._keys = Keyring(
            state_dir / FOLDER, settings.privacy, self._clock, _zone(settings.unit.timezone)
        )
        self._seal_trouble = ""
        self.veil = Veil(self._keys, self._seal())
        around = Surroundings(
            self._photographer, self._device, self._software, self._record, self._durable
        )
        self.desk = Desk(settings.evidence, self._vault, heading, self._clock, around)

    def join(self, house: House) -> None:
        """Meet the rest, which cannot be built before this."""
        self._house = house

    async def open(self) -> None:
        """Keys are there. The ledger is left for later: a long one takes seconds to prove."""
        await self._vault.run(self._keys.turn)

    async def run(self) -> None:
        """Tell what an earlier run left owing; keys every minute, old evidence every hour."""
        swept: float | None = None
        await self.desk.begin()
        while True:
            now = self._clock.mono_ns() / 1e9
            if swept is None or now - swept >= SWEEP_S:
                swept = now
                await self._sweep()
            await self._vault.run(self._keys.turn, self._vault.audit)
            self._tell()
            await self._clock.sleep(TURN_S)

    async def close(self) -> None:
        """Seal what is under way; the spool must still be open."""
        await self.desk.end()
        self._vault.close()

    async def _sweep(self) -> None:
        try:
            drops = await self._vault.run(self._vault.sweep)
        except (EvidenceError, OSError):
            return  # the condition says it
        for drop in drops:
            self._log.info("evidence dropped", file=drop.held.file, why=drop.why)

    def _tell(self) -> None:
        self._rest.say(
            "evidence",
            bool(self._vault.failing),
            self._vault.failing,
            "Look at the disk and at `edge-agent evidence list`.",
        )
        trouble = self._keys.failing or self._seal_trouble
        self._rest.say(
            "privacy-keys",
            bool(trouble),
            trouble,
            "Look at the disk, and at the file that [privacy] seal_to names.",
        )

    @property
    def _rest(self) -> House:
        assert self._house is not None  # noqa: S101 - joined before anything moves
        return self._house

    def _photographer(self, device: str) -> Photographer | None:
        return self._rest.photographer(device)

    def _record(self, event: Evidence) -> None:
        self._rest.record(event)

    async def _durable(self) -> None:
        await self._rest.durable()

    def _seal(self) -> TextSeal | None:
        path = self._settings.privacy.seal_to
        if path is None:
            return None
        try:
            return load_seal(path)
        except PrivacyError as error:
            self._seal_trouble = str(error)
            return None

    def _device(self, name: str) -> Device:
        settings = self._settings.device[name]
        known = self._rest.inventory(name)
        versions = {} if known is None else known.versions
        firmware = ", ".join(f"{key} {value}" for key, value in sorted(versions.items()))
        return Device(
            id=name,
            kind=settings.kind,
            serial=settings.serial or (known.serial if known is not None else "") or None,
            firmware=firmware or None,
            calibrated=_day(settings, "calibrated"),
            valid_to=_day(settings, "valid_to"),
        )

    def _software(self) -> Mapping[str, str]:
        return self._versions


def pictures_s(lanes: Mapping[str, LaneSettings]) -> dict[str, float]:
    """How long each camera must keep pictures: as long as a lane that is judged may take."""
    kept: dict[str, float] = {}
    for lane in lanes.values():
        if not lane.rules:
            continue
        seconds = min(_LONGEST_S, _LOOK_BACK_S + lane.horizon_ms / 1000)
        for line in lane.lines:
            kept[line.device] = max(kept.get(line.device, 0.0), seconds)
    return kept


def _day(settings: DeviceSettings, name: str) -> str | None:
    day = getattr(settings, name)
    return None if day is None else str(day.isoformat())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")
