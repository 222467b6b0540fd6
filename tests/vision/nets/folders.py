"""Model folders for tests: a manifest and the files that it names."""

import hashlib
from pathlib import Path

ENTRY = """
[[model]]
name = "{name}"
file = "{name}.onnx"
sha256 = "{sha256}"
task = "{task}"
adapter = "{adapter}"
input = {input}
licence = "Apache-2.0"
{more}
"""
PICTURE = '{ shape = [1, 3, 32, 32], layout = "NCHW", colour = "bgr", range = "0-255" }'


def entry(
    content: bytes,
    *,
    name: str = "detector",
    task: str = "detector",
    adapter: str = "edge",
    picture: str = PICTURE,
    more: str = 'classes = ["car", "motorbike"]',
) -> str:
    """One ``[[model]]`` table."""
    sha256 = hashlib.sha256(content).hexdigest()
    return ENTRY.format(
        name=name, sha256=sha256, task=task, adapter=adapter, input=picture, more=more
    )


def put(folder: Path, content: bytes, *, name: str = "detector", **words: str) -> Path:
    """Write a folder with one network in it; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.onnx").write_bytes(content)
    (folder / "manifest.toml").write_text(entry(content, name=name, **words), encoding="utf-8")
    return folder
