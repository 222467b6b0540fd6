import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from edge_agent.errors import ModelError  # noqa: E402 - after the skip
from edge_agent.evaluation.labels import LabelError  # noqa: E402 - after the skip
from edge_agent.models.detector import site, weights  # noqa: E402 - after the skip
from edge_agent.models.detector.classes import CLASSES  # noqa: E402 - after the skip
from edge_agent.models.detector.labels import read  # noqa: E402 - after the skip
from edge_agent.models.detector.net import Net  # noqa: E402 - after the skip
from edge_agent.models.detector.train import main  # noqa: E402 - after the skip
from edge_agent.vision.nets.manifest import models  # noqa: E402 - after the skip
from tests.models.detector.labelled import folder, frame  # noqa: E402 - after the skip


def rows(count: int) -> list[dict[str, object]]:
    """A block that walks through a picture."""
    return [
        frame(f"{n:03}", ("car", [20.0 + 9 * n, 60.0, 110.0 + 9 * n, 120.0])) for n in range(count)
    ]


def test_weights_come_back_as_halves(tmp_path: Path) -> None:
    net = Net()
    weights.save(net, tmp_path / "weights.npz")
    found = weights.load(tmp_path / "weights.npz")
    for name, one in net.state_dict().items():
        assert torch.allclose(found[name], one.float(), atol=1e-3), name


def test_a_file_of_other_weights_is_refused(tmp_path: Path) -> None:
    weights.save(torch.nn.Linear(2, 2), tmp_path / "weights.npz")
    with pytest.raises(ModelError, match="another net"):
        weights.load(tmp_path / "weights.npz")
    (tmp_path / "weights.npz").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be read"):
        weights.load(tmp_path / "weights.npz")
    with pytest.raises(ModelError):
        weights.load(tmp_path / "absent.npz")


def test_a_site_needs_frames_with_vehicles(tmp_path: Path) -> None:
    empty = [frame(f"e{n}") for n in range(20)]
    place = folder(tmp_path / "site", *rows(9), *empty)
    with pytest.raises(site.SiteError, match="9 frames with vehicles"):
        site.adapt(place, tmp_path / "run", [], site.Plan(0.01))


def test_what_never_passes_a_site_is_not_unlearned_there(tmp_path: Path) -> None:
    place = folder(tmp_path / "site", *rows(12))
    here, held = site.in_time(read([place]), place)
    assert [one.item.path.stem for one in held] == ["010", "011"]
    known = {name for name, told in zip(CLASSES, here[0].known, strict=True) if told}
    assert known == {"car"}
    assert held[0].known.all()


def test_a_site_without_labels_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "site").mkdir()
    assert main(["--site", str(tmp_path / "site"), "--out", str(tmp_path / "run")]) == 2
    assert "no labels" in capsys.readouterr().err
    with pytest.raises(LabelError):
        site.adapt(tmp_path / "nowhere", tmp_path / "run", [], site.Plan())


def test_only_as_much_of_the_way_is_gone_as_the_guard_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A guard set that loses what the weights change by."""
    old, new = {"w": torch.zeros(1)}, {"w": torch.ones(1)}
    monkeypatch.setattr(
        site, "_measured", lambda state, _: {"ap50_any": 0.9 - 0.04 * float(state["w"])}
    )
    before = {"ap50_any": 0.9}
    assert site.furthest(old, new, [], before, 0.05)[0] == 1.0
    assert site.furthest(old, new, [], before, 0.03)[0] == 0.7
    assert site.furthest(old, new, [], before, 0.015)[0] == 0.35
    step, kept, there = site.furthest(old, new, [], before, 0.001)
    assert (step, there["ap50_any"]) == (0.0, 0.9)
    assert kept is old


@pytest.mark.slow
def test_a_site_is_learned_and_its_candidate_opens_as_shipped_weights_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "GUARD", (5, 901))
    monkeypatch.setattr(site, "MIXED", 5)
    place, run = folder(tmp_path / "site", *rows(12)), tmp_path / "run"
    args = ["--site", str(place), "--out", str(run), "--minutes", "0.1", "--bound", "1", "--json"]
    code = main(args)
    report = json.loads(capsys.readouterr().out)
    assert (report["learned"], report["held"]) == (10, 2)
    gained = report["after"]["ap50_any"] > report["before"]["ap50_any"]
    assert report["better"] == gained == (code == 0)
    assert (run / "candidate/manifest.toml").exists() == gained
    if report["better"]:
        net, entry = models(run / "candidate").open("detector")
        assert entry.task == "detector"
        assert net.inputs[0].shape == (1, 3, 384, 640)
