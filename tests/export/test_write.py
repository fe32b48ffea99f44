from __future__ import annotations

import numpy as np
import pytest

from risorius.clip import new_clip, open_clip
from risorius.errors import InputError
from risorius.export import write_clip
from risorius.export.write import SUFFIXES


def test_the_suffix_chooses_the_format(tmp_path, toy_face):
    clip = new_clip([0.0, 0.1], {"zygomaticus_major": [0.0, 1.0]})
    for suffix, start in ((".nc", b"\x89HDF"), (".csv", b"time_s,"), (".GLB", b"glTF")):
        path = tmp_path / f"clip{suffix}"
        report = write_clip(clip, path, face=toy_face)
        assert path.read_bytes().startswith(start)
        assert report.path == path
    np.testing.assert_array_equal(open_clip(tmp_path / "clip.nc")["activation"], clip["activation"])


def test_an_unknown_suffix_names_the_known_ones(tmp_path):
    with pytest.raises(InputError) as caught:
        write_clip(new_clip([0.0]), tmp_path / "clip.glib")
    assert all(suffix in str(caught.value) for suffix in SUFFIXES)
    assert "Did you mean '.glb'?" in str(caught.value)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_where_nothing_can_be_written_nothing_is_left(tmp_path, toy_face, suffix):
    if suffix in (".mp4", ".png"):
        pytest.importorskip("risorius.face")
    target = tmp_path / "absent" / f"clip{suffix}"
    with pytest.raises(InputError, match="no folder"):
        write_clip(new_clip([0.0]), target, face=toy_face)
    assert not target.parent.exists()
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    with pytest.raises(InputError, match="it is a folder"):
        write_clip(new_clip([0.0]), folder, face=toy_face)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_no_clip_is_refused(tmp_path, toy_face, suffix):
    broken = new_clip([0.0, 1.0]).drop_vars("activation")
    with pytest.raises(InputError, match="no variable 'activation'"):
        write_clip(broken, tmp_path / f"clip{suffix}", face=toy_face)
