"""The same contract as an AsyncAPI 3 document: channels, who sends, QoS, retained, payloads."""

import re
from typing import Any

from edge_agent.contract.channels import BULK, CHANNELS, PARAMETERS, ROOT, Channel, parameters
from edge_agent.contract.envelope import VERSION
from edge_agent.contract.events import EVENTS
from edge_agent.contract.schema import schema

_BINDING = "0.2.0"
_BULK = "bulk"

Document = dict[str, Any]


def document() -> Document:
    """The whole document, self-contained; written from the unit's side."""
    schemas: Document = {}
    messages: Document = {}
    for channel in CHANNELS:
        schemas |= _schemas(channel)
        messages[channel.name] = {
            "name": channel.name,
            "summary": channel.summary,
            "payload": {"$ref": f"#/components/schemas/{channel.name}"},
        }
    messages[_BULK] = {
        "name": _BULK,
        "summary": "Several events of one stream, one JSON object a line, compressed.",
        "contentType": "application/zlib",
        "payload": {
            "type": "string",
            "format": "binary",
            "description": "zlib (RFC 1950) of lines, each a payload of the stream's own message.",
        },
    }
    addresses = {channel.name: channel.address for channel in CHANNELS}
    addresses[_BULK] = f"{ROOT}/{BULK}"
    return {
        "asyncapi": "3.0.0",
        "id": f"urn:its:{VERSION}",
        "info": {
            "title": "Roadside unit to centre",
            "version": str(VERSION),
            "description": "Events of a roadside unit over MQTT, and the receipts that let the "
            "unit forget them. Rules that no schema can hold are in README.md beside this file.",
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(name, address) for name, address in addresses.items()},
        "operations": dict(_operation(channel) for channel in CHANNELS)
        | {"sendBulk": _action("send", _BULK, qos=1, retained=False)},
        "components": {
            "messages": messages,
            "parameters": {
                name: {"description": text} | _streams(name) for name, text in PARAMETERS.items()
            },
            "schemas": schemas,
        },
    }


def _channel(name: str, address: str) -> Document:
    return {
        "address": address,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "parameters": {
            word: {"$ref": f"#/components/parameters/{word}"} for word in parameters(address)
        },
    }


def _operation(channel: Channel) -> tuple[str, Document]:
    verb = "send" if channel.from_unit else "receive"
    return (
        f"{verb}{channel.name.capitalize()}",
        _action(verb, channel.name, qos=channel.qos, retained=channel.retained),
    )


def _action(verb: str, name: str, *, qos: int, retained: bool) -> Document:
    return {
        "action": verb,
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
        "bindings": {"mqtt": {"qos": qos, "retain": retained, "bindingVersion": _BINDING}},
    }


def _streams(parameter: str) -> Document:
    return {"enum": [event.stream for event in EVENTS]} if parameter == "stream" else {}


def _schemas(channel: Channel) -> Document:
    """The message's schema and those it refers to, as neighbours."""
    body = schema(channel.carries)
    for key in ("$schema", "$id"):
        del body[key]
    parts: Document = body.pop("$defs", {})
    whole: Document = _moved({channel.name: body, **parts})
    return whole


def _moved(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _moved(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_moved(item) for item in node]
    if isinstance(node, str):
        return re.sub(r"^#/\$defs/", "#/components/schemas/", node)
    return node
