"""The JSON Schema of a site file, with every installed kind of device in it."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from edge_agent.config.read import Kinds
from edge_agent.config.unit import UnitSettings

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def site_file(kinds: Kinds) -> dict[str, Any]:
    """Schema of the whole file. Editors that know TOML schemas complete and check with it."""
    loaded = [(name, kinds.load(name).settings) for name in sorted(kinds.kinds())]
    models: list[type[BaseModel]] = [UnitSettings, *(model for _, model in loaded)]
    refs, common = models_json_schema([(model, "validation") for model in models])
    definitions: dict[str, Any] = common["$defs"]
    root = definitions.pop(_name(refs[UnitSettings, "validation"]))
    tables = []
    for name, model in loaded:
        table = definitions[_name(refs[model, "validation"])]
        table["properties"]["kind"]["const"] = name
        tables.append(refs[model, "validation"])
    root["properties"]["device"]["additionalProperties"] = {"oneOf": tables} if tables else False
    definitions.pop("DeviceSettings", None)
    whole = {"$schema": DIALECT, **root, "title": "Site file of a unit", "$defs": definitions}
    _settle(whole)
    return whole


def _settle(schema: Any) -> None:
    """Put the defaults of sets in order: Python's own differs from run to run."""
    match schema:
        case dict():
            if schema.get("uniqueItems") is True and isinstance(schema.get("default"), list):
                schema["default"].sort()
            for part in schema.values():
                _settle(part)
        case list():
            for part in schema:
                _settle(part)


def _name(ref: dict[str, Any]) -> str:
    return str(ref["$ref"]).rpartition("/")[2]
