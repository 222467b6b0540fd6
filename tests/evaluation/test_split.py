"""What a card says it has seen, applied to pictures."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.evaluation.split import ONE_IN, Seen, held_out
from tests.evaluation.items import crop, frame, item, photo


def test_the_rule_never_changes() -> None:
    # Weights in the field were trained by it: these must stay as they are for good.
    assert [text for text in map(str, range(20)) if held_out(text)] == ["11", "13", "14"]


@given(st.integers(0, 1000))
def test_one_text_in_five(start: int) -> None:
    kept = sum(held_out(f"30A{number:05}") for number in range(start, start + 2000))
    assert abs(kept / 2000 - 1 / ONE_IN) < 0.05


def test_what_comes_from_nowhere_known_is_unseen() -> None:
    seen = Seen(sources=("ours",))
    assert not seen(item())
    assert not seen(crop("30A12345", source="theirs"))
    assert seen(crop("30A12345", source="ours (2024)"))
    assert not Seen()(crop("30A12345", source="ours"))


def test_held_out_texts_are_unseen_wherever_they_show() -> None:
    kept = next(f"30A{number:05}" for number in range(99) if held_out(f"30A{number:05}"))
    used = next(f"30A{number:05}" for number in range(99) if not held_out(f"30A{number:05}"))
    seen = Seen(sources=("ours",), texts=True)
    assert not seen(crop(kept, source="ours"))
    assert seen(crop(used, source="ours"))
    box = (0.0, 0.0, 9.0, 9.0)
    assert not seen(photo((box, used), (box, kept), source="ours"))
    boxed = photo((box, None), source="ours", name="17.jpg")
    assert seen(boxed) is not held_out("17.jpg")


def test_later_frames_and_held_out_scenes_are_unseen() -> None:
    seen = Seen(sources=("ours",), frames={"cam_01": 801}, scenes=("bridge",))
    assert seen(frame(name="images/cam_01_00800.jpg", source="ours"))
    assert not seen(frame(name="images/cam_01_00801.jpg", source="ours"))
    assert seen(frame(name="images/cam_02_00900.jpg", source="ours"))
    assert not seen(frame(name="x.jpg", source="ours", scene="bridge"))
