"""What was saved is there, whatever happens; what was not saved is not."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time

import httpx
import numpy as np
import pytest

from risorius.clip import new_clip
from risorius.errors import InputError
from risorius.studio.messages import Saved
from risorius.studio.problems import Missing
from risorius.studio.store import Store

NAME = "0123456789abcdef"


def session(name=NAME, title="A smile"):
    made = "2026-01-01T00:00:00+00:00"
    return Saved(
        id=name, title=title, room="perform", made=made, duration=1.0, score="beats: []", seed=7
    )


@pytest.fixture
def smile():
    return new_clip([0.0, 0.5, 1.0], {"zygomaticus_major": [0.0, 1.0, 0.0]}, source="test")


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "data")
    yield store
    store.close()


def test_saving_then_opening_is_identity(store, smile):
    store.save(session(), smile)
    saved, clip = store.open(NAME)
    assert saved == session()
    np.testing.assert_array_equal(clip.activation, smile.activation)
    assert store.list() == [session()]


def test_saving_again_gives_another_title(store, smile):
    store.save(session(), smile)
    store.save(session(title="Another"), smile)
    assert [saved.title for saved in store.list()] == ["Another"]


def test_what_is_deleted_is_gone(store, smile, tmp_path):
    store.save(session(), smile)
    store.delete(NAME)
    assert list((tmp_path / "data" / "sessions").iterdir()) == []
    with pytest.raises(Missing):
        store.page(NAME)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../0123456789abcde", "/etc/passwd", "0123456789ABCDEF", NAME + "0", "x\0"],
)
def test_ids_are_never_paths(store, smile, name):
    for doing in (store.open, store.page, store.delete):
        with pytest.raises(Missing):
            doing(name)
    with pytest.raises(Missing):
        store.save(session(name), smile)


def test_a_spoiled_session_hides_no_other(store, smile, tmp_path):
    store.save(session(), smile)
    spoiled = tmp_path / "data" / "sessions" / ("f" * 16)
    spoiled.mkdir()
    (spoiled / "session.json").write_text("{")
    assert [saved.id for saved in store.list()] == [NAME]


def test_one_studio_has_a_folder_to_itself(store, tmp_path):
    with pytest.raises(InputError, match="another studio"):
        Store(tmp_path / "data")


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="data folder"):
        Store(tmp_path / "file")


def test_a_save_that_fails_leaves_nothing(store, tmp_path):
    with pytest.raises(InputError):
        store.save(session(), new_clip([0.0]).drop_vars("activation"))
    assert store.list() == []


SAVING = """
import sys
from pathlib import Path
from risorius.clip import new_clip
from risorius.studio.messages import Saved
from risorius.studio.store import Store

store = Store(Path(sys.argv[1]))
clip = new_clip([i / 60 for i in range(600)])
for number in range(100_000):
    name = f"{number // 2:016x}"
    page = Saved(id=name, title=str(number), room="perform", made=f"{number:09}", duration=1.0,
                 score=None, seed=0)
    store.save(page, clip)
    print(number, flush=True)
"""


@pytest.mark.slow
def test_a_kill_in_the_middle_loses_nothing_that_was_saved(tmp_path):
    for _ in range(3):
        folder = tmp_path / str(random.random())
        process = subprocess.Popen(
            [sys.executable, "-c", SAVING, str(folder)], stdout=subprocess.PIPE, text=True
        )
        process.stdout.readline()
        time.sleep(random.uniform(0.05, 0.5))
        process.send_signal(signal.SIGKILL)
        said = [0, *map(int, process.communicate()[0].split())]
        store = Store(folder)
        kept = {int(saved.id, 16): int(saved.title) for saved in store.list()}
        # What was said to be saved is there, and the one that was under way may be.
        for name in range(max(said) // 2 + 1):
            store.open(f"{name:016x}")
            assert kept[name] >= max(number for number in said if number // 2 == name)
        store.close()


@pytest.mark.slow
def test_a_killed_studio_comes_back_with_every_saved_session(run_studio, score, tmp_path):
    data = tmp_path / "data"
    with (
        run_studio(data) as (address, process),
        httpx.Client(base_url=address, headers={"origin": address}, timeout=60) as page,
    ):
        done = page.post("/api/perform/render", json={"text": score, "seed": 7}).json()["clip"]
        lost = page.post("/api/perform/render", json={"text": score, "seed": 8}).json()["clip"]
        page.post(f"/api/clips/{done['id']}/save", json={"title": "Kept", "score": score})
        frames = page.get(f"/api/clips/{done['id']}/frames").content
        (data / "scratch" / "upload.mp4").write_bytes(b"what a kill leaves")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with (
        run_studio(data) as (address, _),
        httpx.Client(base_url=address, timeout=60) as page,
    ):
        assert [saved["title"] for saved in page.get("/api/saved").json()] == ["Kept"]
        assert page.get(f"/api/clips/{done['id']}/frames").content == frames
        assert page.get(f"/api/saved/{done['id']}").json()["score"] == score
        assert page.get(f"/api/clips/{lost['id']}").status_code == 404
        assert list((data / "scratch").iterdir()) == []
