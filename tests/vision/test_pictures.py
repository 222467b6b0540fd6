import os
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.errors import PictureError
from edge_agent.vision import pictures
from edge_agent.vision.pictures import decode, load
from tests.vision.picturefile import (
    cmyk_jpeg,
    encoded,
    film_gif,
    film_webp,
    palette_png,
    photo,
    png,
    turned_jpeg,
)

KINDS = [".jpg", ".png", ".webp", ".gif", ".bmp", ".tif"]
FILES = {kind: encoded(kind, photo()) for kind in KINDS}


def refused(content: bytes) -> PictureError:
    with pytest.raises(PictureError) as error:
        decode(content, "picture")
    assert error.value.file == "picture"
    assert all((error.value.wrong, error.value.allowed, error.value.next))
    return error.value


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture{kind}"
    path.write_bytes(FILES[kind])
    picture = load(path)
    assert picture.pixels.shape == (60, 90, 3)
    assert picture.pixels.dtype == np.uint8
    assert picture.notes == ()
    assert picture.pixels[50, 80].tolist() == pytest.approx(
        [225, 212, 0], abs=40 if kind == ".gif" else 16
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_cut_short_is_refused(kind: str) -> None:
    content = FILES[kind]
    for share in (0.3, 0.5, 0.9, 0.99):
        wrong = refused(content[: int(len(content) * share)]).wrong
        # Where these two end is known to their decoders alone.
        assert "cut short" in wrong or (kind in {".bmp", ".tif"} and "cannot be decoded" in wrong)


def test_a_jpeg_damaged_in_its_middle_is_said() -> None:
    content = bytearray(FILES[".jpg"])
    middle = len(content) * 3 // 4
    content[middle : middle + 40] = b"\x00" * 40
    picture = decode(bytes(content), "picture")
    assert picture.notes[0].startswith("damaged, parts may be wrong: ")


def test_a_png_damaged_in_its_middle_is_refused() -> None:
    content = bytearray(FILES[".png"])
    content[len(content) // 2] ^= 1
    assert "the checksum of IDAT is wrong" in refused(bytes(content)).wrong


def test_zero_bytes() -> None:
    assert refused(b"").wrong == "is empty (0 bytes)"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture at all", "is no picture"),
        (bytes(100), "is no picture"),
        (b"%PDF-1.7", "is PDF"),
        (b"<html>", "is HTML"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(20), "is HEIC"),
        (b"\x00\x00\x00\x18ftypavif" + bytes(20), "is AVIF"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(20), "is a video"),
    ],
)
def test_no_picture(content: bytes, words: str) -> None:
    error = refused(content)
    assert words in error.wrong
    assert "JPEG" in error.allowed


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_a_huge_one_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    content = png(width, height, 8, 2, (b"IDAT", zlib.compress(bytes(100))))
    error = refused(content)
    assert f"has {width}×{height} pixels" in error.wrong
    assert error.allowed == "at most 64 million pixels"


def test_the_limits_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PictureError, match=r"at most 0\.005 million"):
        decode(FILES[".jpg"], "picture", most_pixels=5000)
    path = tmp_path / "large.jpg"
    path.write_bytes(FILES[".jpg"] + bytes(2 * 2**20))
    monkeypatch.setattr(pictures, "LARGEST", 2**20)
    with pytest.raises(PictureError, match="has 2 MiB; allowed: at most 1 MiB"):
        load(path)


@pytest.mark.parametrize("kind", KINDS)
def test_tiny(kind: str) -> None:
    error = refused(encoded(kind, np.zeros((1, 1, 3), np.uint8)))
    assert error.wrong == "has 1×1 pixels"
    assert error.allowed == "at least 8×8 pixels"


@pytest.mark.parametrize("kind", [".jpg", ".png", ".bmp", ".tif"])
def test_grey_becomes_three_channels(kind: str) -> None:
    picture = decode(encoded(kind, photo()[..., 1]), "picture")
    assert picture.pixels.shape == (60, 90, 3)
    assert (picture.pixels[..., 0] == picture.pixels[..., 2]).all()


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, (0, 0)), (3, (59, 89)), (6, (0, 59)), (8, (89, 0))]
)
def test_turned_as_its_exif_says(orientation: int, corner: tuple[int, int]) -> None:
    picture = np.zeros((60, 90, 3), np.uint8)
    picture[:16, :16] = 255
    pixels = decode(turned_jpeg(picture, orientation), "picture").pixels
    assert pixels.shape[:2] == ((60, 90) if orientation in {1, 3} else (90, 60))
    assert pixels[corner].tolist() == [255, 255, 255]


@pytest.mark.parametrize("kind", [".png", ".tif"])
@pytest.mark.parametrize("bits", [10, 12, 16])
def test_sixteen_bits(kind: str, bits: int) -> None:
    picture = photo().astype(np.uint16) << (bits - 8)
    read = decode(encoded(kind, picture), "picture")
    assert read.pixels.dtype == np.uint8
    assert (read.pixels == photo()).all()
    assert read.notes == ("16 bits a channel made 8",)


def test_floating_point_is_refused() -> None:
    assert "float32" in refused(encoded(".tif", photo().astype(np.float32))).wrong


def test_cmyk() -> None:
    # As everybody saves them: inverted, so cyan 0 is no red.
    picture = decode(cmyk_jpeg([0, 255, 255, 255], 2), "picture")
    assert picture.pixels.shape == (16, 16, 3)
    assert picture.pixels[8, 8].tolist() == pytest.approx([255, 255, 0], abs=4)
    assert picture.notes == ("colours of print (CMYK) made into those of a screen",)


def test_palette_and_transparency() -> None:
    pixels = decode(palette_png(16), "picture").pixels
    assert pixels[0, 0].tolist() == [255, 0, 0]
    assert pixels[0, 1].tolist() == [0, 0, 255]
    alpha = np.dstack([photo(), np.zeros((60, 90), np.uint8)])
    assert decode(encoded(".png", alpha), "picture").pixels.shape == (60, 90, 3)


@pytest.mark.parametrize("film", [film_gif, film_webp])
def test_of_an_animation_the_first_frame_is_read_and_that_is_said(film: object) -> None:
    assert callable(film)
    light, dark = np.full((32, 32, 3), 250, np.uint8), np.zeros((32, 32, 3), np.uint8)
    picture = decode(film(light, dark), "picture")
    assert picture.notes == ("first of 2 frames",)
    assert picture.pixels[16, 16].tolist() == pytest.approx([250] * 3, abs=6)


def test_an_animated_png() -> None:
    rows = zlib.compress(b"".join(b"\x00" + bytes(16) for _ in range(16)))
    content = png(16, 16, 8, 0, (b"acTL", struct.pack(">II", 3, 0)), (b"IDAT", rows))
    assert "first of 3 frames" in decode(content, "picture").notes


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(PictureError, match="cannot be read: No such file"):
        load(tmp_path / "none.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(PictureError, match="is no ordinary file"):
        load(tmp_path / "pipe.jpg")


def test_nothing_of_the_decoders_reaches_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    content = bytearray(FILES[".jpg"])
    content[-60:-20] = bytes(40)
    decode(bytes(content), "picture")
    with pytest.raises(PictureError):
        decode(FILES[".bmp"][:500], "picture")
    sys.stderr.write("still here\n")
    assert capfd.readouterr().err == "still here\n"


@given(st.sampled_from(KINDS), st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_damage_anywhere_ends_in_pixels_or_words(kind: str, place: int, noise: bytes) -> None:
    content = bytearray(FILES[kind])
    place %= len(content)
    content[place : place + len(noise)] = noise
    try:
        picture = decode(bytes(content), "picture", most_pixels=1_000_000)
    except PictureError:
        return
    assert picture.pixels.ndim == 3
    assert picture.pixels.dtype == np.uint8
