"""Steps: who this unit is, and what time it is."""

from pathlib import Path

from edge_agent.evidence.vault import unit_key
from edge_agent.provision import certificate
from edge_agent.provision.answers import text
from edge_agent.provision.certificate import AUTHORITIES, CERTIFICATE, FOLDER, REQUEST
from edge_agent.provision.record import ProvisionError, install
from edge_agent.provision.visit import Result, StepFailed, Visit


async def identity(visit: Visit) -> Result:
    """Names, the unit's two keys, its request, and its certificate where it is here already."""
    ask = visit.answers.get
    province = ask("unit.province", "Province, as the centre spells it", text)
    site = ask("unit.site", "Site (junction, plaza, station)", text)
    unit = ask("unit.id", "Id of this unit", text)
    name = ask("unit.name", "Name for people", text, "")
    folder = visit.state_dir / FOLDER
    own = certificate.key(folder)
    install(folder / REQUEST, certificate.request(own, unit, site, province), 0o644)
    evidence = unit_key(visit.state_dir).public.id
    facts = {
        "province": province, "site": site, "id": unit, "name": name,
        "request": str(folder / REQUEST), "evidence_key": evidence,
    }  # fmt: skip
    given = ask("identity.certificate", "File with its certificate (empty: later)", text, "")
    if not given:
        why = f"no certificate yet: have {folder / REQUEST} signed, and run this step again"
        return Result("skipped", why, facts)
    trusted = ask("identity.authorities", "File with the authorities to trust", text)
    pem, authorities = _read(visit, given), _read(visit, trusted)
    try:
        leaf = certificate.accepted(pem, authorities, own, visit.clock.utc_ms())
    except ProvisionError:
        # Another file may be given next time.
        for key in ("identity.certificate", "identity.authorities"):
            visit.answers.forget(key)
        raise
    install(folder / CERTIFICATE, pem, 0o644)
    install(folder / AUTHORITIES, authorities, 0o644)
    facts |= {
        "certificate_until": leaf.not_valid_after_utc.date().isoformat(),
        "certificate_serial": f"{leaf.serial_number:X}",
    }
    return Result("ok", "", facts)


async def clock(visit: Visit) -> Result:
    """Where time comes from, and how far it may be off."""
    quality = visit.clock.quality()
    facts: dict[str, int | str] = {"source": quality.source}
    if quality.source == "none":
        why = "this unit's clock cannot be right: set it, or connect GNSS or NTP"
        return Result("doubtful", why, facts)
    facts["uncertainty_ms"] = quality.uncertainty_ms
    if quality.source == "rtc":
        return Result("doubtful", "the clock runs free: no NTP and no GNSS disciplines it", facts)
    return Result("ok", "", facts)


def _read(visit: Visit, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        for key in ("identity.certificate", "identity.authorities"):
            visit.answers.forget(key)
        raise StepFailed(f"{path}: {error.strerror}") from error
