"""JSON Schema (draft 2020-12) of each message, stricter than the reader: as the sender sends it.

What pydantic says about its own input is loosened by defaults; on the wire the head is whole, an
event is numbered, and a field with a default is either absent or not null.
"""

from typing import Any

from edge_agent.contract.channels import message_name
from edge_agent.contract.envelope import VERSION, Event, Head, Wire

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBERED = ("st", "sq", "ep")
_ORDER = ("v", "id", "u", "d", "st", "sq", "ep", "t", "tq", "ts", "q", "test")

Schema = dict[str, Any]


def schema(model: type[Wire]) -> Schema:
    """The published schema of a message type. Unknown fields are allowed, as in ``Wire``."""
    body = _tidy(model.model_json_schema())
    fields: dict[str, Schema] = body["properties"]
    required: list[str] = body["required"]
    fields["v"] = {"const": VERSION, "description": "Contract version."}
    if "v" not in required:
        required.append("v")
    if issubclass(model, Head):
        fields["q"].pop("default")
        required.append("q")
    if issubclass(model, Event):
        fields["st"] = {"const": model.stream, "description": fields["st"]["description"]}
        required += _NUMBERED
    body["properties"] = _in_order(fields)
    body["required"] = [name for name in body["properties"] if name in required]
    return {
        "$schema": DIALECT,
        "$id": f"urn:its:{VERSION}:{message_name(model)}",
        "title": message_name(model),
        **body,
    }


def _in_order(fields: dict[str, Schema]) -> dict[str, Schema]:
    head = {name: fields[name] for name in _ORDER if name in fields}
    return head | fields


def _tidy(node: Any) -> Any:
    """Generated titles out, equal tuples as arrays, optional fields never null."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: value for key, value in node.items() if key != "title"}
    if "prefixItems" in node:
        node["items"] = node.pop("prefixItems")[0]
    for key in ("properties", "$defs"):
        if key in node:
            node[key] = {name: _tidy(value) for name, value in node[key].items()}
    required = node.get("required", [])
    for name, field in node.get("properties", {}).items():
        if name not in required and field.get("default", ...) is None:
            node["properties"][name] = _without_null(field)
    kept = ("properties", "$defs", "default", "const", "enum", "required")
    return {key: value if key in kept else _tidy(value) for key, value in node.items()}


def _without_null(field: Schema) -> Schema:
    rest = {key: value for key, value in field.items() if key not in {"default", "anyOf"}}
    (only,) = (choice for choice in field["anyOf"] if choice != {"type": "null"})
    return {**only, **rest}
