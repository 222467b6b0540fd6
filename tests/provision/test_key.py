"""One key seals evidence and signs the acceptance, and the doctor looks at that one."""

from pathlib import Path

from edge_agent.clock import SystemClock
from edge_agent.doctor.gather import gather
from edge_agent.evidence.keys import load_public
from edge_agent.evidence.vault import KEY, unit_key
from edge_agent.provision import engine
from edge_agent.provision.steps import STEPS
from tests.provision.kit import visit


async def test_the_key_that_seals_evidence_signs_the_acceptance(tmp_path: Path) -> None:
    made = visit(tmp_path)
    results = await engine.run(made, STEPS)
    sealing = unit_key(made.state_dir).public
    assert results["identity"].facts["evidence_key"] == sealing.id
    assert results["acceptance"].facts["key"] == sealing.id
    beside = Path(results["acceptance"].facts["signed"]).with_name("unit.pub.pem")
    assert load_public(beside).id == sealing.id


async def test_the_doctor_looks_at_the_key_that_seals(tmp_path: Path) -> None:
    unit_key(tmp_path)
    (tmp_path / KEY).chmod(0o644)
    facts = await gather(
        tmp_path / "unit.toml", tmp_path, SystemClock(), offline=True, remember=False
    )
    assert facts.evidence_mode == 0o644
