"""Writes the contract for those outside: schemas, AsyncAPI document, golden samples, guide."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from edge_agent.contract.asyncapi import document
from edge_agent.contract.channels import BULK, CHANNELS, ROOT
from edge_agent.contract.envelope import VERSION, Event
from edge_agent.contract.samples import backlog, samples
from edge_agent.contract.schema import schema
from edge_agent.contract.wire import BULK_MAX_BYTES


def write(out: Path) -> list[Path]:
    """Write every file below ``out``, made when missing; gives the paths, sorted.

    The same software writes the same bytes, whenever and wherever.
    """
    written = []
    for name, content in contents().items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)
    return sorted(written)


def contents() -> dict[str, bytes]:
    """Relative path to bytes."""
    schemas = {f"schema/{row.name}.json": _json(schema(row.carries)) for row in CHANNELS}
    golden = {f"samples/{name}.json": payload for name, payload in samples().items()}
    return {
        "README.md": _guide().encode(),
        "asyncapi.json": _json(document()),
        "samples/bulk-passage.ndjson": b"\n".join(backlog()),
        **schemas,
        **golden,
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _guide() -> str:
    text = files(__package__).joinpath("guide.md").read_text(encoding="utf-8")
    return text.format(
        version=VERSION,
        root=_words(ROOT),
        topics=_topics(),
        head=_head(),
        bulk_mib=BULK_MAX_BYTES >> 20,
    )


def _topics() -> str:
    rows = [
        (row.below, row.from_unit, row.qos, row.retained, f"`{row.name}`: {row.summary}")
        for row in CHANNELS
    ]
    rows.append((BULK, True, 1, False, "Several events of one stream at once."))
    return "\n".join(
        [
            "| topic | from | QoS | retained | carries |",
            "|---|---|---|---|---|",
            *(
                f"| `{_words(below)}` | {'unit' if from_unit else 'centre'} | {qos} "
                f"| {'yes' if retained else 'no'} | {carries} |"
                for below, from_unit, qos, retained, carries in rows
            ),
        ]
    )


def _words(address: str) -> str:
    return address.replace("{", "<").replace("}", ">")


def _head() -> str:
    rows = ["| field | meaning |", "|---|---|"]
    for name, field in Event.model_fields.items():
        only = " Events only." if name in {"st", "sq", "ep"} else ""
        rows.append(f"| `{name}` | {field.description}{only} |")
    return "\n".join(rows)
