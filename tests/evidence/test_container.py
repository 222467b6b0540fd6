import io
import zipfile
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.evidence import container
from edge_agent.evidence.container import Entry

names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)
entries = st.lists(
    st.builds(Entry, names, st.binary(max_size=2000)),
    min_size=1,
    max_size=6,
    unique_by=lambda entry: entry.name,
)


@given(entries)
def test_another_implementation_opens_it(given_entries: list[Entry]) -> None:
    with zipfile.ZipFile(io.BytesIO(container.build(given_entries))) as archive:
        assert archive.testzip() is None
        assert [(i.filename, archive.read(i)) for i in archive.infolist()] == [
            (entry.name, entry.data) for entry in given_entries
        ]


@given(entries)
def test_the_spans_cover_every_byte_once(given_entries: list[Entry]) -> None:
    spans = container.spans(given_entries)
    assert spans[0].start == 0
    assert spans[-1].end == len(container.build(given_entries))
    assert all(a.end == b.start for a, b in pairwise(spans))


def test_what_is_no_package_has_no_first_size() -> None:
    assert container.first_size(b"") is None
    assert container.first_size(b"%PDF" + bytes(100)) is None
    assert container.first_size(container.build([Entry("manifest.json", b"{}")])[:44]) is None
