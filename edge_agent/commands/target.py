"""What a person means by a device on the command line: an id of the site file, or an address."""

import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from edge_agent import registry, settings
from edge_agent.config.read import validated
from edge_agent.config.shape import nearest
from edge_agent.device.driver import DeviceSettings, DriverKind
from edge_agent.errors import ConfigError, Problem
from edge_agent.redact import in_url

Target = tuple[str, DriverKind, DeviceSettings]


def configured(device: str, config: Path) -> Target:
    """A device of the site file, or of a file with nothing but devices.

    Raises:
        ConfigError: The file is broken, or has no such device.
    """
    devices = settings.load(config, devices_will_do=True).device
    if device not in devices:
        meant = nearest(device, list(devices))
        raise _refused(
            "DEVICE",
            device,
            f"no such device in {config}",
            ", ".join(devices) or "none: the file has no [device.<id>]",
            f"did you mean {meant}?" if meant else f"add a [device.{device}] table",
        )
    return device, registry.load(devices[device].kind), devices[device]


def addressed(url: str, wanted: str | None) -> Target:
    """A device at an address, with what its kind's sample says where the kind insists.

    Raises:
        ConfigError: No kind, or more than one, goes with this address.
    """
    names = [wanted] if wanted else registry.kinds()
    found = [target for name in names for target in _fitting(name, url)]
    if len(found) == 1:
        return found[0]
    kinds = ", ".join(kind.name for _, kind, _ in found) or ", ".join(names)
    wrong = "several kinds go with this address" if found else "no kind goes with this address"
    raise _refused(
        "URL",
        in_url(url),
        wrong,
        f"an address as in the sample of one of: {kinds}",
        "say --kind KIND; `edge-agent sample KIND` shows the form of its address",
    )


def _fitting(name: str, url: str) -> Iterator[Target]:
    try:
        kind = registry.load(name)
    except registry.RegistryError:
        return
    sample = _sample(name)
    if urlsplit(str(sample.get("url", ""))).scheme == urlsplit(url).scheme:
        fields = kind.settings.model_fields
        table = {key: value for key, value in sample.items() if fields[key].is_required()}
        try:
            yield "device", kind, validated(kind.settings, table | {"kind": name, "url": url})
        except ValidationError:
            return


def _sample(name: str) -> dict[str, Any]:
    file = resources.files(registry.module_of(name)) / "sample.toml"
    if not file.is_file():
        return {}  # a driver from elsewhere need not bring one
    text = file.read_text(encoding="utf-8")
    tables: dict[str, dict[str, Any]] = tomllib.loads(text)["device"]
    return next(iter(tables.values()))


def _refused(where: str, value: str, wrong: str, allowed: str, do: str) -> ConfigError:
    return ConfigError([Problem("command line", 0, where, value, wrong, allowed, do)])
