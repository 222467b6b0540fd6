"""The files that belong to the repository, whoever asks."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".md", ".toml", ".txt", ".json", ".sql", ".service", ".conf", ".rules", ".sh", ""}


@cache
def files() -> tuple[Path, ...]:
    """Tracked files and new ones that git does not ignore, without the packaging links."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file() and not path.is_symlink())


def texts() -> list[tuple[str, str]]:
    """Relative path and content of every text file."""
    return [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for path in files()
        if path.suffix in TEXT
    ]


def python() -> list[tuple[str, str]]:
    """Relative path and content of every Python file."""
    return [(name, text) for name, text in texts() if name.endswith(".py")]
