"""A trainer's last step: its network's entry in ``manifest.toml``, same text for the same net."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edge_agent.errors import ModelError
from edge_agent.vision.nets.entry import Entry
from edge_agent.vision.nets.manifest import NAME, SHIPPED, Manifest, digest
from edge_agent.vision.nets.session import Net, blank, read

_HEAD = """\
# The networks that this software uses. Trainers write it in their last step (training/publish.py);
# it is checked whenever one is opened. README.md says what each line means and how to bring a net.
"""


def publish(
    name: str,
    *,
    task: str,
    adapter: str = "edge",
    input: Mapping[str, Any],  # noqa: A002 - as the manifest calls it
    licence: str,
    file: str = "",
    classes: Sequence[str] = (),
    charset: str = "",
    thresholds: Mapping[str, float] | None = None,
    card: str = "",
    folder: Path = SHIPPED,
) -> Entry:
    """Write or replace one network's entry; the file must lie in ``folder`` already.

    Args:
        name: It is asked for by this, e.g. ``detector-small``.
        task: ``detector``, ``finder`` or ``reader``.
        adapter: How its output is read.
        input: ``shape``, ``layout``, ``colour``, ``range``, see ``entry.Input``.
        licence: SPDX name or words.
        file: Relative to ``folder``; default ``<name>/<name>.onnx``.
        classes: Of a detector.
        charset: Of a reader.
        thresholds: Shares by name.
        card: Relative to ``folder``; default ``card.md`` beside the file.
        folder: Where the manifest lies.

    Returns:
        The entry, after opening the network as the unit will.

    Raises:
        ModelError: The file is no network, or not what the arguments say.
    """
    file = file or f"{name}/{name}.onnx"
    content = read(folder / file)
    net = Net(content, file, providers=())
    shape = input["shape"]
    zeros = blank(net, [[1 if size == "N" else size for size in shape]])
    entry = Entry.model_validate(
        {
            "name": name,
            "file": file,
            "sha256": digest(content),
            "task": task,
            "adapter": adapter,
            "input": dict(input),
            "outputs": [list(one.shape) for one in net.run(*zeros)],
            "classes": tuple(classes),
            "charset": charset,
            "thresholds": dict(thresholds or {}),
            "licence": licence,
            "card": card or f"{Path(file).parent.as_posix()}/card.md",
        }
    )
    path = folder / NAME
    entries = Manifest(folder).entries if path.exists() else {}
    entries[name] = entry
    before = path.read_text(encoding="utf-8") if path.exists() else None
    _write(path, text(entries.values()))
    try:
        Manifest(folder).open(name, providers=())
    except ModelError:
        if before is None:
            path.unlink()
        else:
            _write(path, before)
        raise
    return entry


def text(entries: Any) -> str:
    """A manifest of these entries, in the order of their names."""
    tables = [_table(entry) for entry in sorted(entries, key=lambda one: one.name)]
    return "\n".join([_HEAD, *tables])


def _write(path: Path, content: str) -> None:
    """At once or not at all: a unit may be reading it."""
    fresh = path.with_suffix(".new")
    fresh.write_text(content, encoding="utf-8")
    fresh.replace(path)


def _table(entry: Entry) -> str:
    fields = entry.model_dump(mode="json", exclude_defaults=True)
    fields["input"]["layout"] = entry.input.layout  # said even where it is the default
    lines = [f"{key} = {_value(value)}" for key, value in fields.items()]
    return "\n".join(["[[model]]", *lines, ""])


def _value(value: Any) -> str:
    """TOML of the kinds of values that entries have."""
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)} = {_value(part)}" for key, part in sorted(value.items()))
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    # A JSON string is a TOML string; numbers are alike, too.
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    bare = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
    return key if bare else json.dumps(key, ensure_ascii=False)
