"""Who is let in, and what nobody is given."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest
from starlette.websockets import WebSocketDisconnect

from risorius.errors import InputError
from risorius.studio import create_app

ORIGIN = "http://127.0.0.1:8642"
READS = ("/", "/api/hello", "/api/atlas", "/api/openapi.json")
EVIL = "http://evil.example:8642"


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8642",
        "evil.example",
        "127.0.0.1:9999",
        "127.0.0.1",
        "",
        "127.0.0.1:8642@evil",
        "a:b:c",
    ],
)
def test_a_foreign_name_for_this_computer_is_refused(client, path, host):
    answer = client.get(path, headers={"host": host})
    assert answer.status_code == 421
    assert "does not answer to the name" in answer.json()["problems"][0]["text"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8642", "localhost:8642", "[::1]:8642", "LOCALHOST:8642"]
)
def test_its_own_names_are_answered(client, host):
    assert client.get("/api/hello", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "", "http://127.0.0.1:9999", "http://localhost:8642"]
)
def test_only_its_own_pages_change_anything(client, origin, score):
    answer = client.post("/api/perform/check", json={"text": score}, headers={"origin": origin})
    assert answer.status_code == 403
    assert "only pages of this studio" in answer.json()["problems"][0]["text"]


def test_a_request_without_an_origin_changes_nothing(settings, score, open_studio):
    with open_studio(settings) as client:
        del client.headers["origin"]
        assert client.post("/api/perform/check", json={"text": score}).status_code == 403
        assert client.delete("/api/saved/0123456789abcdef").status_code == 403
        assert client.get("/api/hello").status_code == 200


def test_a_foreign_page_may_link_here_but_not_look_in(client):
    foreign = {"sec-fetch-site": "cross-site"}
    looks = client.get("/api/atlas", headers={**foreign, "sec-fetch-mode": "no-cors"})
    comes = client.get("/api/atlas", headers={**foreign, "sec-fetch-mode": "navigate"})
    assert (looks.status_code, comes.status_code) == (403, 200)


@pytest.mark.parametrize(
    "headers", [{"origin": EVIL}, {"origin": ""}, {"host": "evil.example:8642", "origin": EVIL}]
)
def test_a_foreign_page_gets_no_socket(client, headers):
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(f"{ORIGIN.replace('http', 'ws')}/ws/perform", headers=headers),
    ):
        pass
    assert refused.value.code == 1008


def test_sockets_are_counted_and_given_back(settings, open_studio):
    with open_studio(replace(settings, n_sockets=1)) as client:
        for _ in range(2):
            with client.websocket_connect("/ws/perform") as socket:
                assert socket.receive_json()["type"] == "hello"
                with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws/perform"):
                    pass


@pytest.mark.parametrize("path", [*READS, "/nothing", "/api/clips/zzz"])
def test_every_answer_is_under_the_policy(client, path):
    headers = client.get(path).headers
    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert not any("http" in rule or "unsafe" in rule or "*" in rule for rule in policy.values())
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_beyond_this_computer_a_token_is_asked_for(settings, open_studio):
    with pytest.raises(InputError, match="needs a token"):
        replace(settings, host="0.0.0.0")
    with open_studio(replace(settings, host="0.0.0.0", token="secret")) as client:
        for path in READS:
            assert client.get(path).status_code == 401
            guess = {"cookie": "risorius_8642=guess"}
            assert client.get(path, headers=guess).status_code == 401
        assert client.get("/?token=guess").status_code == 401
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws/perform"):
            pass
        door = client.get("/?token=secret")
        cookie = door.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert client.get("/api/hello").status_code == 200
        client.headers["cookie"] = cookie.partition(";")[0]
        with client.websocket_connect("/ws/perform") as socket:
            assert socket.receive_json()["type"] == "hello"


@pytest.mark.parametrize("host", ["192.168.1.7:8642", "[fe80::1]:8642", "127.0.0.1:8642"])
def test_in_a_network_numbers_are_names_and_foreign_names_are_not(settings, host, open_studio):
    with open_studio(replace(settings, host="0.0.0.0", token="secret")) as client:
        client.headers["cookie"] = "risorius_8642=secret"
        assert client.get("/api/hello", headers={"host": host}).status_code == 200
        evil = client.get("/api/hello", headers={"host": "evil.example:8642"})
        assert evil.status_code == 421


def test_a_body_that_is_too_large_is_refused_announced_or_not(client):
    announced = client.post("/api/perform/check", content=b"x" * 9_000_000)
    streamed = client.post("/api/perform/check", content=(b"x" * 1_000_000 for _ in range(9)))
    assert (announced.status_code, streamed.status_code) == (413, 413)
    assert "at most 8 MB" in streamed.json()["problems"][0]["text"]


def test_an_upload_that_takes_too_long_is_refused_and_leaves_nothing(settings):
    async def pieces():
        yield b"x"
        await asyncio.sleep(20)

    async def send():
        app = create_app(replace(settings, upload_seconds=0.3))
        inside = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=inside, base_url=ORIGIN, headers={"origin": ORIGIN}
            ) as page,
        ):
            answer = await page.post("/api/read/upload?name=me.mp4", content=pieces())
            return answer, list((settings.data / "scratch").iterdir())

    answer, left = asyncio.run(send())
    assert answer.status_code == 413
    assert "did not arrive within" in answer.json()["problems"][0]["text"]
    assert left == []


@pytest.mark.slow
def test_there_is_an_end_to_uploads_that_wait(settings, open_studio):
    with open_studio(replace(settings, n_jobs=1)) as client:
        first = client.post("/api/read/upload?name=me.png", content=b"no picture")
        second = client.post("/api/read/upload?name=me.png", content=b"no picture")
        assert (first.status_code, second.status_code) == (202, 503)
        assert second.headers["retry-after"]
        assert "Wait for one of them, or cancel it" in second.json()["problems"][0]["text"]
        client.delete(f"/api/jobs/{first.json()['id']}")


@pytest.mark.parametrize(
    "path",
    [
        "/../../pyproject.toml",
        "/%2e%2e/%2e%2e/app.py",
        "/..%2fapp.py",
        "/assets/..%2f..%2fapp.py",
        "/api/clips/..%2f..%2fsession/frames",
        "/api/clips/%2e%2e/frames",
        "/api/saved/..%5c..%5cwindows",
        "/api/jobs/0123456789abcde%00/file",
    ],
)
def test_no_path_leads_outside(client, path):
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert b"create_app" not in answer.content


@pytest.mark.parametrize("field", ["wav", "phones"])
@pytest.mark.parametrize("place", ["/etc/passwd", "../secret.wav"])
def test_a_score_opens_no_file_of_this_computer(client, field, place):
    text = f"beats:\n- {{say: hello, {field}: {place}}}\n"
    told = client.post("/api/perform/check", json={"text": text}).json()["problems"]
    assert "names a file" in told[0]["text"]
    assert client.post("/api/perform/render", json={"text": text}).status_code == 422
    with client.websocket_connect("/ws/perform") as socket:
        assert socket.receive_json()["type"] == "hello"
        socket.send_json({"type": "intend", "beats": [{"say": "hello", field: place}]})
        while "text" not in (message := socket.receive()) or '"refusal"' not in message["text"]:
            pass
        assert "names a file" in message["text"]


def test_a_score_is_never_taken_for_the_name_of_a_file(client, tmp_path, score):
    (tmp_path / "there.yaml").write_text(score)
    sheet = client.post("/api/perform/check", json={"text": str(tmp_path / "there.yaml")}).json()
    assert sheet["problems"]
    assert not sheet["beats"]


def test_nothing_is_stored_unasked(settings, score, open_studio):
    with open_studio(settings) as client:
        client.post("/api/perform/render", json={"text": score})
        client.post("/api/read/upload?name=me.png", content=b"no picture")
        assert list((settings.data / "sessions").iterdir()) == []
    assert not (settings.data / "scratch").exists()
