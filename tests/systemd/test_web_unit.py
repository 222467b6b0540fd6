"""The page's service, judged by the same rules as the agent's."""

from pathlib import Path

from tests.systemd.test_unit import SYSTEMD, TIGHT, _exposure, _verify, needs_systemd

UNIT = SYSTEMD / "edge-agent-web.service"


@needs_systemd
def test_systemd_has_nothing_to_complain_about(tmp_path: Path) -> None:
    assert _verify(tmp_path, UNIT.read_text()) == ""


@needs_systemd
def test_the_sandbox_is_tight() -> None:
    assert _exposure(UNIT) <= TIGHT


def test_it_runs_as_the_agents_account_and_lets_the_manager_restart_the_agent() -> None:
    text = UNIT.read_text()
    agent = (SYSTEMD / "edge-agent.service").read_text()
    assert "User=edge-agent" in text
    assert " --restart" in text
    assert "Restart=always" in agent
    assert "--expose" not in "".join(line for line in text.splitlines() if line[:1] != "#")
