import pytest

from edge_agent.doctor.check import GROUPS, Language
from edge_agent.doctor.examine import examine, failed
from tests.doctor.unit_kit import ILL, camera, unit

_ONLY_TELLS = {"device.cam1.identity"}


def test_a_unit_that_is_well_passes_everything() -> None:
    findings = examine(unit())
    assert len(findings) >= 40
    assert [each.id for each in findings if each.ok is not True] == []
    assert {each.group for each in findings} == set(GROUPS)
    assert not any(each.next for each in findings)
    assert failed(findings, strict=True) == []


def test_every_check_is_made_to_fail_somewhere() -> None:
    assert {each.id for each in examine(unit())} == set(ILL) | _ONLY_TELLS


@pytest.mark.parametrize("check", ILL)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_what_is_ill_is_named_with_what_to_do(check: str, language: Language) -> None:
    [found] = [each for each in examine(ILL[check](), language) if each.id == check]
    assert found.ok is False
    assert found.value
    assert found.next
    assert found.meaning
    if found.severity != "info":
        assert found in failed(examine(ILL[check](), language), strict=True)


def test_words_are_given_in_both_languages() -> None:
    english, vietnamese = (examine(unit(), language) for language in ("en", "vi"))
    for one, other in zip(english, vietnamese, strict=True):
        assert one.id == other.id
        assert one.meaning != other.meaning


def test_ids_are_unique_when_there_are_several_devices() -> None:
    facts = unit(devices=(camera(), camera(id="cam2")))
    ids = [each.id for each in examine(facts)]
    assert len(set(ids)) == len(ids)
