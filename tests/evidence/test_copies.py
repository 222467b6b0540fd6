from collections.abc import Sequence

import pytest

from edge_agent.device.pictures import Box, Masked
from edge_agent.errors import EvidenceError
from edge_agent.evidence import canonical
from edge_agent.evidence.copies import masked
from edge_agent.evidence.dossier import Case
from edge_agent.evidence.keys import UnitKey
from edge_agent.evidence.manifest import Device
from edge_agent.evidence.seal import Sealer
from edge_agent.evidence.verify import Package, open_package
from tests.evidence.cases import fused, lane, picture, violation


class _Masker:
    method = "a pencil"

    def __init__(self) -> None:
        self.told: list[tuple[Sequence[Box], Sequence[Box]]] = []

    def mask(self, jpeg: bytes, others: Sequence[Box], accused: Sequence[Box]) -> Masked:
        self.told.append((others, accused))
        return Masked(b"masked " + jpeg[:20], 2, 1, bool(accused))


@pytest.fixture
def package(sealer: Sealer, key: UnitKey) -> Package:
    case = Case(violation(), fused(), lane())
    lost = picture("after", 1000)
    lost = type(lost)(lost.name, lost.data, lost.at, lost.size, lost.vehicles[1:])
    case.pictures["cam1"] = [picture("at"), lost]
    about = case.about(lambda name: Device(id=name, kind="any"), {})
    return open_package(sealer.seal(about, case.files()).path.read_bytes(), key.public)


def test_frames_are_masked_and_all_else_stays(
    package: Package, sealer: Sealer, key: UnitKey
) -> None:
    masker = _Masker()
    about, files = masked(package, masker)
    assert masker.told == [
        ([(10, 10, 60, 90)], [(200, 160, 360, 280)]),
        ([(10, 10, 60, 90)], []),
    ]
    copy = open_package(sealer.seal(about, files).path.read_bytes(), key.public)
    assert copy.manifest.about.copy_of == package.digest
    words = copy.manifest.about.facts["masked"]
    assert words.startswith("a pencil; masked 4 vehicles and 2 plates")
    assert "everybody in cam1-after.jpg" in words
    for name, content in copy.files.items():
        assert content.startswith(b"masked") == name.endswith(".jpg")
        if not name.endswith(".jpg"):
            assert content == package.files[name]
    with pytest.raises(EvidenceError, match="copy already"):
        masked(copy, masker)


def test_a_list_of_pictures_that_means_nothing_is_refused(
    package: Package, sealer: Sealer, key: UnitKey
) -> None:
    files = [("pictures.json", "pictures", canonical.encode([1]))]
    other = sealer.seal(package.manifest.about, files)
    with pytest.raises(EvidenceError, match="not a list"):
        masked(open_package(other.path.read_bytes(), key.public), _Masker())
