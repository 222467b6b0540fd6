"""The support bundle of a unit in trouble: bytes, seconds, and what of secrets and plates is in it.

The log is the longest that is packed, every line with a plate and every tenth with a secret, in
spellings that an error message may have. No agent is running: what it would add is small.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from urllib.parse import quote

from edge_agent.bundle.gather import LOG_LINES
from tests.bench.measure import Figure, Measure

SUITE = "web"
BYTES_MB, SECONDS, SECRETS, PLATES = 5, 10, 50, 200
_NOISE = 600
"""Characters of a line that no packing makes smaller."""


def bundle(quick: bool) -> list[Figure]:
    """Made by the command, as a technician would."""
    dice = random.Random(5)
    secrets = [f"geheim-{dice.getrandbits(64):x}@:/#%" for _ in range(SECRETS)]
    plates = [f"{dice.randint(11, 99)}F{dice.randint(10_000, 99_999)}" for _ in range(PLATES)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _unit(folder, len(secrets))
        _log(folder / "agent.log", dice, secrets, plates, LOG_LINES // (4 if quick else 1))
        began = time.monotonic()
        asyncio.run(_made(folder, secrets))
        took_s = time.monotonic() - began
        out = folder / "bundle.zip"
        size_mb = out.stat().st_size / 1e6
        with zipfile.ZipFile(out) as made:
            text = "\n".join(made.read(each).decode() for each in made.namelist())
    found = sum(each in text for each in (*secrets, *map(quote, secrets)))
    seen = sum(each in text for each in plates)
    said = f"of {SECRETS}, in two spellings"
    return [
        Figure("bundle, size", size_mb, "MB", f"≤ {BYTES_MB} MB", size_mb <= BYTES_MB),
        Figure("bundle, made in", took_s, "s", f"≤ {SECONDS} s", took_s <= SECONDS),
        Figure("bundle, secrets in it", found, "", "0", found == 0, said),
        Figure("bundle, plates in it", seen, "", "0", seen == 0, f"of {PLATES}"),
    ]


def _unit(folder: Path, cameras: int) -> None:
    (folder / "state").mkdir()
    lines = ["version = 1", '[unit]\nprovince = "hanoi"\nsite = "nts"\nid = "u1"']
    lines.append('[uplink]\nbroker = "mqtt://127.0.0.1:9"')
    for number in range(cameras):
        lines.append(f'[device.cam{number}]\nkind = "camera"\nurl = "rtsp://192.0.2.1/{number}"')
        lines.append(f'username = "u"\npassword = "env:BENCH_{number}"')
    (folder / "unit.toml").write_text("\n".join(lines) + "\n")


def _log(file: Path, dice: random.Random, secrets: list[str], plates: list[str], n: int) -> None:
    spell = (str, quote, lambda each: f"rtsp://u:{each}@192.0.2.1/1")
    with file.open("w", encoding="utf-8") as out:
        for number in range(n):
            line = {
                "n": number,
                "msg": f"plate {dice.choice(plates)}",
                "x": dice.randbytes(_NOISE // 2).hex(),
            }
            if number % 10 == 0:
                line["why"] = dice.choice(spell)(dice.choice(secrets))
            out.write(json.dumps(line) + "\n")


async def _made(folder: Path, secrets: list[str]) -> None:
    words = [
        sys.executable, "-m", "edge_agent", "bundle", "--config", str(folder / "unit.toml"),
        "--state-dir", str(folder / "state"), "--log", str(folder / "agent.log"),
        "--out", str(folder / "bundle.zip"),
    ]  # fmt: skip
    known = {f"BENCH_{number}": each for number, each in enumerate(secrets)}
    process = await asyncio.create_subprocess_exec(
        *words, env=os.environ | known, stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait() != 0:
        raise RuntimeError("no bundle was made")


MEASURES = [Measure("bundle", bundle)]
