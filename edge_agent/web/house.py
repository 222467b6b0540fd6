"""All that the pages share: where things are, who may come in, and what is asked of whom."""

from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.clock import Clock
from edge_agent.web.access.accounts import Accounts
from edge_agent.web.access.lockout import Lockout
from edge_agent.web.access.safe import Ask, Safe
from edge_agent.web.access.sessions import Sessions
from edge_agent.web.change.trial import Trials
from edge_agent.web.change.versions import Versions
from edge_agent.web.sources.agent import Agent
from edge_agent.web.sources.cameras import Cameras
from edge_agent.web.sources.chores import Chores
from edge_agent.web.sources.log import Log

FOLDER = "web"
"""In the state directory; for the page alone."""
_LONGEST_BY_NAME_S = 60.0
_LONGEST_BY_ADDRESS_S = 15 * 60.0


@dataclass
class House:
    """Built once.

    Args:
        config: The site file.
        state_dir: The agent's.
        clock: Time.
        hosts: Names and addresses by which a browser may call this page.
        restart: Whether the agent may be told to end, so that its service manager starts it anew.
        log_file: Where the agent's log is; the journal when left out.
        ask_vault: How hashes are made and changes recorded; by processes that end when left out.
    """

    config: Path
    state_dir: Path
    clock: Clock
    hosts: frozenset[str]
    restart: bool = False
    log_file: Path | None = None
    ask_vault: Ask | None = None
    sessions: Sessions = field(default_factory=Sessions)
    parts: dict[tuple[str, ...], tuple[int, bytes]] = field(default_factory=dict)
    by_name: Lockout = field(default_factory=lambda: Lockout(_LONGEST_BY_NAME_S))
    by_address: Lockout = field(default_factory=lambda: Lockout(_LONGEST_BY_ADDRESS_S))

    def __post_init__(self) -> None:
        self.folder = self.state_dir / FOLDER
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.accounts = Accounts(self.folder)
        self.safe = Safe(self.folder, self.clock, self.ask_vault)
        self.agent = Agent(self.state_dir, self.clock)
        self.cameras = Cameras(self.state_dir, self.clock)
        self.chores = Chores(self.clock)
        self.log = Log(self.chores, self.log_file)
        self.versions = Versions(self.folder / "versions")
        self.trials = Trials(
            self.config,
            self.folder,
            self.versions,
            self.safe,
            self.clock,
            self.agent,
            self.restart,
        )
