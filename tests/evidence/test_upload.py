"""Uploads to a real HTTPS server that cuts the line, changes bytes and refuses."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.clock import ManualClock
from edge_agent.errors import EvidenceError
from edge_agent.evidence.upload import Upload
from tests.evidence.store import Store, serving

CONTENT = random.Random(5).randbytes(1_500_000)
QUERY = "X-Signature=geheim"
PATH = f"/bucket/a.zip?{QUERY}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with serving(tmp_path) as store:
        yield store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.evidence.zip"
    path.write_bytes(CONTENT)
    return path


def _upload(store: Store, file: Path, **more: bool) -> Upload:
    clock = ManualClock()
    return Upload(file, f"{store.url}?{QUERY}", clock, clock.advance, ca=store.ca, **more)


@pytest.mark.parametrize(
    ("tells", "proof"), [("etag", "md5"), ("digest", "sha256"), ("nothing", "none")]
)
def test_a_file_arrives_and_the_store_proves_it(
    store: Store, file: Path, tells: str, proof: str
) -> None:
    store.tells = tells
    sent = _upload(store, file).run(60)
    assert store.files == {PATH: CONTENT}
    assert (sent.size, sent.wire, sent.tries) == (len(CONTENT), len(CONTENT), 1)
    assert sent.proof == proof


def test_a_line_cut_in_the_middle_is_taken_up_where_it_broke(store: Store, file: Path) -> None:
    store.resumes = True
    store.cut_after = [600_000, 500_000]
    sent = _upload(store, file, resumable=True).run(60)
    assert store.files == {PATH: CONTENT}
    assert sent.tries == store.tries == 3
    assert store.ranges[1] == f"bytes 600000-{len(CONTENT) - 1}/{len(CONTENT)}"
    assert store.ranges[3] == f"bytes 1100000-{len(CONTENT) - 1}/{len(CONTENT)}"


def test_where_the_store_cannot_it_begins_anew(store: Store, file: Path) -> None:
    store.cut_after = [600_000]
    sent = _upload(store, file).run(60)
    assert store.files == {PATH: CONTENT}
    assert sent.tries == 2
    assert sent.wire > len(CONTENT)
    assert store.ranges == []


def test_a_store_in_trouble_is_tried_again(store: Store, file: Path) -> None:
    store.answers = [503, 429]
    assert _upload(store, file).run(60).tries == 3


def test_a_store_that_has_other_bytes_is_not_believed(store: Store, file: Path) -> None:
    store.tells = "wrong"
    with pytest.raises(EvidenceError, match="other bytes"):
        _upload(store, file).run(60)


def test_a_refusal_ends_it_and_no_word_repeats_the_signature(store: Store, file: Path) -> None:
    store.answers = [403]
    with pytest.raises(EvidenceError, match="403 said no") as caught:
        _upload(store, file).run(60)
    assert "geheim" not in str(caught.value)
    assert store.tries == 1


def test_a_deadline_ends_it(store: Store, file: Path) -> None:
    store.cut_after = [1000] * 100
    with pytest.raises(EvidenceError, match="not sent within 30 s"):
        _upload(store, file).run(30)
    assert 3 <= store.tries <= 6


def test_a_certificate_of_another_authority_ends_it(store: Store, file: Path) -> None:
    clock = ManualClock()
    upload = Upload(file, store.url, clock, clock.advance)
    with pytest.raises(EvidenceError, match="certificate"):
        upload.run(60)
    assert store.tries == 0


@pytest.mark.parametrize(
    "url",
    ["http://h/a", "ftp://h/a", "https:///a", "https://u:p@h/a", "https://h:0/a", "https://[/", ""],
)
def test_only_https_is_sent_to(file: Path, url: str) -> None:
    clock = ManualClock()
    with pytest.raises(EvidenceError, match="must be https"):
        Upload(file, url, clock, clock.advance)


def test_where_it_goes_is_told_without_the_signature(store: Store, file: Path) -> None:
    assert _upload(store, file).place == "127.0.0.1/bucket/a.zip"
