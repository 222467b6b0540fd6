"""The AsyncAPI document, judged by two parsers that are not ours."""

import copy
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_asyncapi.v3 import AsyncAPI

from edge_agent.contract.asyncapi import document
from edge_agent.contract.channels import parameters

PARSER = "@asyncapi/parser@3.6.3"
CACHE = Path(__file__).parents[2] / ".artefacts" / "asyncapi"
JUDGE = """
const {Parser} = require("@asyncapi/parser");
const text = require("fs").readFileSync(0, "utf8");
new Parser().parse(text).then(({document, diagnostics}) => {
  const errors = diagnostics.filter(d => d.severity === 0).map(d => d.message);
  console.log(JSON.stringify({errors, channels: document ? document.channels().length : 0}));
});
"""


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)


def _target(whole: Any, reference: str) -> Any:
    node = whole
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def test_every_reference_leads_somewhere_inside() -> None:
    whole = document()
    references = set(_references(whole))
    assert len(references) > 20
    for reference in references:
        assert reference.startswith("#/")
        assert isinstance(_target(whole, reference), dict)


def test_parameters_are_those_of_the_address() -> None:
    for channel in document()["channels"].values():
        assert list(channel["parameters"]) == list(parameters(channel["address"]))


def test_only_the_receipt_comes_from_the_centre() -> None:
    operations = document()["operations"].values()
    received = [each["channel"]["$ref"] for each in operations if each["action"] == "receive"]
    assert received == ["#/channels/receipt"]


def test_the_python_parser_takes_it_and_refuses_a_spoilt_one() -> None:
    whole = document()
    parsed = AsyncAPI.model_validate(whole)
    assert parsed.channels is not None
    assert len(parsed.channels) == len(whole["channels"])
    spoilt = copy.deepcopy(whole)
    spoilt["operations"]["sendState"]["action"] = "shout"
    with pytest.raises(ValidationError):
        AsyncAPI.model_validate(spoilt)


@pytest.mark.slow
def test_the_reference_parser_takes_it_and_refuses_a_spoilt_one() -> None:
    whole = document()
    verdict = _judge(whole)
    assert verdict["errors"] == []
    assert verdict["channels"] == len(whole["channels"])
    spoilt = copy.deepcopy(whole)
    spoilt["operations"]["sendState"]["channel"]["$ref"] = "#/channels/nowhere"
    assert _judge(spoilt)["errors"]


def _judge(whole: dict[str, Any]) -> dict[str, Any]:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip(f"node and npm are not here: {PARSER} cannot judge")
    if not (CACHE / "node_modules" / "@asyncapi").is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(CACHE)]
        fetched = subprocess.run(
            ["npm", "install", *quiet, PARSER], capture_output=True, timeout=100, check=False
        )
        if fetched.returncode != 0:
            pytest.skip(f"npm could not fetch {PARSER}")
    answer = subprocess.run(
        [node, "-e", JUDGE],
        input=json.dumps(whole).encode(),
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, "NODE_PATH": str(CACHE / "node_modules")},
    )
    verdict: dict[str, Any] = json.loads(answer.stdout)
    return verdict
