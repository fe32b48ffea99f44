"""``risorius studio`` as a user meets it."""

from __future__ import annotations

import signal
import socket

import httpx
import pytest
from typer.testing import CliRunner

from risorius.cli import app
from risorius.errors import InputError


@pytest.mark.slow
def test_it_prints_a_link_that_opens_and_stops_on_ctrl_c(run_studio, tmp_path):
    with run_studio(tmp_path / "data") as (address, process):
        page = httpx.get(address)
        assert page.status_code in (200, 503)  # 503 in a checkout where no page has been built
        assert "<!doctype html>" in page.text.lower()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0
        assert out == "The studio is closed.\n"
        assert err == ""
    assert not (tmp_path / "data" / "scratch").exists()


@pytest.mark.slow
def test_beyond_this_computer_the_link_has_a_token_and_says_what_that_means(run_studio, tmp_path):
    with run_studio(tmp_path / "data", "--host", "0.0.0.0") as (address, process):
        assert httpx.get(address).status_code == 401
        assert httpx.get(address, headers={"host": "evil.example"}).status_code == 421
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert out == "The studio is closed.\n"
        assert "Others in this network can reach it" in err
        assert "not encrypted" in err


def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        done = CliRunner().invoke(app, ["studio", "--port", taken, "--data", str(tmp_path)])
    assert isinstance(done.exception, InputError)
    assert "Try --port 0." in str(done.exception)


def test_an_address_of_somebody_else_is_told(tmp_path):
    done = CliRunner().invoke(app, ["studio", "--host", "192.0.2.1", "--data", str(tmp_path)])
    assert isinstance(done.exception, InputError)
    assert "cannot listen at 192.0.2.1" in str(done.exception)


def test_a_data_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(app, ["studio", "--port", "0", "--data", str(tmp_path / "file")])
    assert isinstance(done.exception, InputError)
    assert "cannot use the data folder" in str(done.exception)
