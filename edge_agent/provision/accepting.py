"""Step: all that was found and measured, as a page, as paper and as signed data."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_agent import __version__
from edge_agent.errors import ModelError
from edge_agent.evidence.vault import unit_key
from edge_agent.provision import twin
from edge_agent.provision.observed import FILE as OBSERVED
from edge_agent.provision.record import install
from edge_agent.provision.visit import Result, Steps, Visit

FOLDER = "acceptance"
PAGE, PAPER, PUBLIC = "acceptance.html", "acceptance.pdf", "unit.pub.pem"
_WIDEST = 960


async def accepting(visit: Visit, before: Steps) -> Result:
    """Ask the doctor, gather the record, write and sign."""
    from edge_agent.provision.page import page  # noqa: PLC0415 - the report's room
    from edge_agent.provision.paper import paper  # noqa: PLC0415 - the PDF library is an extra

    found = await visit.bench.doctor(visit.config, visit.state_dir)
    key = unit_key(visit.state_dir)
    folder = visit.record.folder / FOLDER
    folder.mkdir(mode=0o750, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    about = document(visit, before, found, key.public.id)
    for step in about["steps"]:
        step["pictures"] = [
            _small(visit.record.pictures / name, folder) for name in step["pictures"]
        ]
    install(folder / PUBLIC, key.public.pem(), 0o644)
    install(folder / PAGE, page(about, folder).encode("utf-8"), 0o644)
    install(folder / PAPER, paper(about, folder), 0o644)
    signed = twin.sign(about, key, folder)
    # Whose tags passed meanwhile is nobody's business from here on.
    (visit.record.folder / OBSERVED).unlink(missing_ok=True)
    failed = [each["id"] for each in found if each["ok"] is False and each["severity"] == "error"]
    facts = {
        "report": str(folder / PAPER), "page": str(folder / PAGE), "signed": str(signed),
        "key": key.public.id, "checks": len(found), "failed": failed,
    }  # fmt: skip
    if failed:
        return Result("doubtful", f"the doctor is not content: {', '.join(failed)}", facts)
    return Result("ok", "", facts)


def document(visit: Visit, before: Steps, doctor: list[dict[str, Any]], key: str) -> dict[str, Any]:
    """What is signed: integers and texts alone."""
    who = visit.facts("identity")
    results = {step: visit.record.result(step.id) or {} for step in before}
    return {
        "unit": f"{who['province']}/{who['site']}/{who['id']}",
        "who": visit.who,
        "at_ms": visit.clock.utc_ms(),
        "key": key,
        "fingerprint": visit.facts("apply").get("fingerprint", ""),
        "software": {"version": __version__, "sha256": software_digest()},
        "models": models(),
        "steps": [
            {
                "id": step.id,
                "en": step.en,
                "vi": step.vi,
                "state": result.get("state", "skipped"),
                "why": result.get("why", "not made"),
                "facts": result.get("facts", {}),
                "pictures": list(result.get("pictures", [])),
            }
            for step, result in results.items()
        ],
        "doctor": [
            {"id": each["id"], "state": _state(each), "value": each["value"]} for each in doctor
        ],
    }


def software_digest() -> str:
    """SHA-256 over the names and contents of all installed files of code, in order."""
    root = Path(__file__).resolve().parent.parent
    whole = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        whole.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes())
    return whole.hexdigest()


def models() -> dict[str, str]:
    """Networks that are here, and their digests; empty without the eyes."""
    try:
        from edge_agent.vision.nets.manifest import models as known  # noqa: PLC0415 - an extra

        return {name: entry.sha256 for name, entry in known().entries.items()}
    except (ImportError, ModelError):
        return {}


def _state(finding: Mapping[str, Any]) -> str:
    if finding["ok"] is None:
        return "not looked at"
    return "ok" if finding["ok"] else str(finding["severity"])


def _small(picture: Path, folder: Path) -> str:
    """A JPEG for the report; its name."""
    import cv2  # noqa: PLC0415 - OpenCV is an extra

    image = cv2.imread(str(picture), cv2.IMREAD_COLOR)
    assert image is not None  # noqa: S101 - a step of this visit has written it
    scale = min(1.0, _WIDEST / image.shape[1])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    name = f"{picture.stem}.jpg"
    if not cv2.imwrite(str(folder / name), small, [cv2.IMWRITE_JPEG_QUALITY, 80]):
        raise OSError(f"{folder / name}: cannot be written")
    return name
