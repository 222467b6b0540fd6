"""What rules must know of the devices that measured, out of the site file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from edge_agent.device.driver import DeviceSettings
from edge_agent.device.weighstation import WeighSettings


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """One device.

    Attributes:
        calibrated: Day of its last calibration; None when nobody said.
        valid_to: Last day of its certificate.
        accuracy: Accuracy class of a weighing station, as the table of loads names it.
        spacing_cm: How well that measures axle spacings.
    """

    serial: str = ""
    calibrated: date | None = None
    valid_to: date | None = None
    accuracy: str = ""
    spacing_cm: int = 0


NOTHING_KNOWN = DeviceFacts()


def facts(devices: Mapping[str, DeviceSettings]) -> dict[str, DeviceFacts]:
    """Facts of every device of a unit."""
    return {name: _of(settings) for name, settings in devices.items()}


def _of(settings: DeviceSettings) -> DeviceFacts:
    station = settings if isinstance(settings, WeighSettings) else None
    return DeviceFacts(
        serial=settings.serial,
        calibrated=settings.calibrated,
        valid_to=settings.valid_to,
        accuracy="" if station is None else station.accuracy,
        spacing_cm=0 if station is None else station.spacing_cm,
    )


def calibration_doubts(
    measured: Iterable[str], known: Mapping[str, DeviceFacts], day: date
) -> list[str]:
    """Codes of what is wrong with the calibration of these devices on a day."""
    devices = [known.get(device, NOTHING_KNOWN) for device in measured]
    if not devices or any(one.calibrated is None or one.valid_to is None for one in devices):
        return ["not-calibrated"]
    if any(
        not (one.calibrated and one.valid_to and one.calibrated <= day <= one.valid_to)
        for one in devices
    ):
        return ["calibration-expired"]
    return []
