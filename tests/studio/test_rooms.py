"""What the rooms answer."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2  # noqa: TID253 - a picture to upload
import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.clip import open_clip
from risorius.dynamics import parse_lesion, resting_tone
from risorius.perform import perform_score
from risorius.studio.frames import COLUMNS, FRAME, frame_rows

ROOT = Path(__file__).parents[2]


def finished(client, job, *, within=120.0):
    until = time.monotonic() + within
    while job["state"] in ("waiting", "running"):
        assert time.monotonic() < until, job
        time.sleep(0.1)
        job = client.get(f"/api/jobs/{job['id']}").json()
    return job


def rows_of(answer):
    return np.frombuffer(answer.content, "<f4").reshape(-1, COLUMNS)


def test_the_types_of_the_browser_are_fresh():
    made = subprocess.run(
        [sys.executable, "-c", "import make_messages; print(make_messages.typescript(), end='')"],
        cwd=ROOT / "tools",
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    kept = (ROOT / "src/risorius/studio/web/src/messages.ts").read_text(encoding="utf-8")
    assert kept == made.stdout, "run tools/make_messages.py"


def test_the_atlas_tells_all_with_its_standing(client):
    pages = client.get("/api/atlas").json()
    atlas = load_atlas()
    assert [channel["id"] for channel in pages["channels"]] == list(atlas.channel_ids)
    assert len(pages["muscles"]) == len(atlas.muscles)
    muscles = {muscle["id"]: muscle for muscle in pages["muscles"]}
    smile = muscles["zygomaticus_major"]
    assert smile["actionUnits"] == ["AU12"]
    assert smile["supplies"][0]["nerve"] == "facialis"
    assert smile["standing"]["sources"]
    basis = {figure["standing"]["basis"] for figure in smile["figures"]}
    assert basis <= {"C", "R", "D"}
    joy = next(entry for entry in pages["expressions"] if entry["id"] == "happiness")
    recipe = {(pull["channel"], pull["side"]): pull["weight"] for pull in joy["recipe"]}
    assert recipe == pytest.approx(atlas.expand("happiness", 1.0))


def test_every_fibre_of_a_channel_comes_from_somewhere(client):
    pages = client.get("/api/atlas").json()
    share = dict.fromkeys((channel["id"] for channel in pages["channels"]), 0.0)
    for nerve in pages["nerves"]:
        for branch in nerve["branches"]:
            for fibres in branch["fibres"]:
                share[fibres["channel"]] += fibres["share"]
    assert share == pytest.approx(dict.fromkeys(share, 1.0))


def test_a_cut_nerve_weakens_what_it_moves_on_its_side(client):
    ask = {"cuts": [{"nerve": "facialis", "branch": "temporales", "side": "left", "degree": 1}]}
    effect = client.post("/api/atlas/cuts", json=ask).json()
    lost = {(pull["channel"], pull["side"]) for pull in effect["weaker"] if pull["weight"] == 0}
    assert ("frontalis.medialis", "left") in lost
    assert {side for _, side in lost} == {"left"}
    tone = resting_tone([parse_lesion("facial.temporal.left=1")])
    assert effect["tone"] == pytest.approx(tone.ravel().tolist())
    assert client.post("/api/atlas/cuts", json={"cuts": []}).json()["weaker"] == []


def test_an_unknown_nerve_is_told_with_what_comes_close(client):
    ask = {"cuts": [{"nerve": "facialiss", "degree": 1}]}
    answer = client.post("/api/atlas/cuts", json=ask)
    assert answer.status_code == 422
    assert "facialis" in answer.json()["problems"][0]["text"]


def test_problems_of_a_score_have_their_places(client):
    text = "beats:\n- {at: 0, feel: joi}\n- {at: 1, nodd: 2}\n"
    sheet = client.post("/api/perform/check", json={"text": text}).json()
    places = [(problem["line"], problem["column"]) for problem in sheet["problems"]]
    assert places == [(2, 11), (3, 3)]
    assert "Did you mean 'joy'?" in sheet["problems"][0]["text"]


def test_beats_of_a_score_have_times_and_lines(client):
    text = "beats:\n- {at: 1, feel: joy, for: 2}\n- {at: 3.5, nod: 2}\n"
    beats = client.post("/api/perform/check", json={"text": text}).json()["beats"]
    assert (beats[0]["kind"], beats[0]["start"], beats[0]["end"], beats[0]["line"]) == (
        "feel",
        1.0,
        3.0,
        2,
    )


def test_a_performance_is_that_of_the_engine_to_the_bit(client, score):
    done = client.post("/api/perform/render", json={"text": score, "seed": 7, "rate": 60}).json()
    rows = rows_of(client.get(f"/api/clips/{done['clip']['id']}/frames"))
    clip = perform_score(score, seed=7, rate=60)
    assert done["clip"]["title"] == "A smile"
    np.testing.assert_array_equal(rows, frame_rows(clip))
    begin, end = FRAME["activation"]
    np.testing.assert_array_equal(
        rows[:, begin:end].reshape(clip.activation.shape), clip.activation.values
    )


def test_a_layer_can_be_seen_alone(client, score):
    ask = {"text": score, "seed": 7}
    smile = 1 + 2 * load_atlas().channel_ids.index("zygomaticus_major")
    felt = rows_of(client.post("/api/perform/layers/emotion", json=ask))
    blinks = rows_of(client.post("/api/perform/layers/blink", json=ask))
    assert felt[:, smile].max() > 0.1
    assert blinks[:, smile].max() == 0
    assert client.post("/api/perform/layers/nothing", json=ask).status_code == 422


def test_what_is_too_long_is_told(open_studio, settings, score):
    with open_studio(replace(settings, render_frames=30)) as client:
        told = client.post("/api/perform/render", json={"text": score}).json()["problems"]
        assert "risorius perform" in told[0]["text"]


def test_every_example_can_be_performed(client):
    words = client.get("/api/perform/words").json()
    assert len(words["examples"]) == 10
    for example in words["examples"]:
        assert (
            client.post("/api/perform/check", json={"text": example["text"]}).json()["problems"]
            == []
        )
    assert "zygomaticus_major" in words["movements"]
    for layer in words["layers"]:
        ask = {"text": "beats:\n- {at: 0.2, nod: once}\n"}
        answer = client.post(f"/api/perform/layers/{layer['name']}", json=ask)
        assert (answer.status_code == 200) == layer["hasCurves"], layer
    assert client.get("/api/perform/schema").json()["title"] == "Score"


def test_a_live_face_takes_intents_and_says_what_it_cannot_take(client):
    with client.websocket_connect("/ws/perform") as socket:
        assert socket.receive_json()["type"] == "hello"
        socket.send_json({"type": "begin", "seed": 7, "off": ["blink"]})
        socket.send_json({"type": "intend", "beats": [{"feel": "joy", "ease": 0.2}]})
        socket.send_json({"type": "intend", "beats": [{"feel": "joi"}]})
        socket.send_text("{nonsense")
        told, smile, times = [], 0.0, []
        place = 1 + 2 * load_atlas().channel_ids.index("zygomaticus_major")
        while smile < 0.1 or len(told) < 2:
            message = socket.receive()
            if message.get("bytes") is not None:
                row = np.frombuffer(message["bytes"], "<f4")
                assert len(row) == COLUMNS
                times.append(row[0])
                smile = max(smile, row[place])
            elif '"refusal"' in message["text"]:
                told.append(message["text"])
            assert len(times) < 1200
        assert any("Did you mean 'joy'?" in text for text in told)


def test_a_held_face_holds_still_and_goes_on(client):
    with client.websocket_connect("/ws/perform") as socket:
        socket.receive_json()
        while socket.receive().get("bytes") is None:
            pass
        socket.send_json({"type": "pause", "on": True})
        time.sleep(0.5)
        socket.send_json({"type": "pause", "on": False})
        times = []
        while len(times) < 40:
            message = socket.receive()
            if message.get("bytes") is not None:
                times.append(float(np.frombuffer(message["bytes"], "<f4", 1)[0]))
        # Half a second of the clock is not half a second of the face.
        assert max(np.diff(times)) < 0.4


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".nc", ".csv", ".glb", ".png", ".mp4"])
def test_a_clip_goes_out_in_every_format(client, clip, suffix, tmp_path):
    formats = client.get("/api/hello").json()["formats"]
    assert set(formats) == {".nc", ".csv", ".glb", ".png", ".mp4"}
    job = client.post(f"/api/clips/{clip}/export", json={"format": suffix})
    assert job.status_code == 202
    done = finished(client, job.json())
    assert done["state"] == "done", done
    answer = client.get(f"/api/jobs/{done['id']}/file")
    assert answer.headers["content-disposition"] == f'attachment; filename="A_smile{suffix}"'
    (tmp_path / f"out{suffix}").write_bytes(answer.content)
    if suffix == ".nc":
        rows = frame_rows(open_clip(tmp_path / "out.nc"))
        np.testing.assert_array_equal(rows, rows_of(client.get(f"/api/clips/{clip}/frames")))


def test_an_unknown_format_is_told(client, clip):
    told = client.post(f"/api/clips/{clip}/export", json={"format": ".gbl"}).json()["problems"]
    assert "Did you mean '.glb'?" in told[0]["text"]


@pytest.mark.slow
def test_a_rendered_face_is_read_reported_and_forgotten(client, settings, score, tmp_path):
    from risorius.export import write_clip

    film = tmp_path / "smile.mp4"
    write_clip(perform_score(score, seed=7, rate=30), film)
    answer = client.post("/api/read/upload?name=..%2Fmy smile.mp4", content=film.read_bytes())
    assert answer.status_code == 202
    done = finished(client, answer.json())
    assert done["state"] == "done", done
    sheet = client.get(f"/api/clips/{done['clip']}").json()
    assert sheet["room"] == "read"
    assert "masseter" in " ".join(sheet["unobserved"])
    rows = rows_of(client.get(f"/api/clips/{sheet['id']}/frames"))
    assert len(rows) == sheet["nFrames"]
    sure = np.frombuffer(client.get(f"/api/clips/{sheet['id']}/confidence").content, "<f4")
    assert len(sure) == len(rows) * 2 * len(load_atlas().channel_ids)
    report = client.get(f"/api/read/clips/{sheet['id']}/report")
    assert "What the face did" in report.text
    assert report.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert list((settings.data / "scratch").iterdir()) == []


@pytest.mark.slow
def test_a_picture_without_a_face_is_told_and_forgotten(client, settings):
    _, wall = cv2.imencode(".png", np.full((200, 200, 3), 128, np.uint8))
    job = client.post("/api/read/upload?name=wall.png", content=wall.tobytes()).json()
    done = finished(client, job)
    assert done["state"] == "failed"
    assert "face" in done["problem"]
    assert done["problem"].count("/") == 0, "no path of this computer is told"
    assert list((settings.data / "scratch").iterdir()) == []


def test_what_is_no_upload_is_told(open_studio, settings):
    with open_studio(replace(settings, upload_bytes=1000)) as client:
        large = client.post("/api/read/upload?name=me.mp4", content=b"x" * 1001)
        streamed = client.post("/api/read/upload?name=me.mp4", content=(b"x" * 600 for _ in "ab"))
        empty = client.post("/api/read/upload?name=me.mp4", content=b"")
        strange = client.post("/api/read/upload?name=me.exe", content=b"x")
        limits = client.get("/api/read/limits").json()
        assert list((settings.data / "scratch").iterdir()) == []
    assert [answer.status_code for answer in (large, streamed, empty, strange)] == [
        413,
        413,
        422,
        422,
    ]
    assert "at most 0 MB" in large.json()["problems"][0]["text"]
    assert limits["bytes"] == 1000


def test_a_report_is_only_of_what_was_read(client, clip):
    answer = client.get(f"/api/read/clips/{clip}/report")
    assert answer.status_code == 422
    assert "not read from a video" in answer.json()["problems"][0]["text"]
