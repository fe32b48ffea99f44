"""Long work: with progress, an end, and a bound."""

from __future__ import annotations

import os
import time
from functools import partial

import pytest

from risorius.errors import InputError
from risorius.studio.jobs import Jobs
from risorius.studio.problems import Busy

pytestmark = pytest.mark.slow  # a process of its own takes a second


def count_up(progress):
    for share in (0.1, 0.5, 0.9):
        progress(share)
        time.sleep(0.2)
    return os.getpid()


def go_on(progress):
    while True:
        progress(0.5)
        time.sleep(0.05)


def refuse(progress):
    raise InputError("no face in this picture.")


def die(progress):
    os._exit(3)


@pytest.fixture
def jobs(tmp_path):
    jobs = Jobs(tmp_path, at_once=1, most=3)
    yield jobs
    jobs.close()


def begin(jobs, work, **options):
    name, _ = jobs.new_folder()
    finish = options.pop("finish", lambda result: {})
    return jobs.start(name, "read", work, title="work", finish=finish).id


def wait_for(jobs, name, *states, within=60):
    until = time.monotonic() + within
    while jobs.get(name).state not in states:
        assert time.monotonic() < until, jobs.get(name)
        time.sleep(0.02)
    return jobs.get(name)


def test_work_tells_its_progress_and_is_done_elsewhere(jobs):
    seen = set()
    name = begin(jobs, count_up, finish=lambda result: {"clip": str(result)})
    while jobs.get(name).state != "done":
        seen.add(jobs.get(name).share)
        time.sleep(0.02)
    assert {0.1, 0.5, 0.9} <= seen
    assert jobs.get(name).share == 1.0
    assert jobs.get(name).clip != str(os.getpid())


def test_what_was_wrong_is_told(jobs):
    assert wait_for(jobs, begin(jobs, refuse), "failed").problem == "no face in this picture."


def test_a_process_that_dies_is_told(jobs):
    assert "exit code 3" in wait_for(jobs, begin(jobs, die), "failed").problem


def test_work_that_is_cancelled_ends_and_the_next_begins(jobs, tmp_path):
    first, second = begin(jobs, go_on), begin(jobs, go_on)
    wait_for(jobs, first, "running")
    assert jobs.get(second).state == "waiting"
    jobs.cancel(first)
    wait_for(jobs, first, "cancelled")
    wait_for(jobs, second, "running")
    jobs.cancel(second)
    wait_for(jobs, second, "cancelled")
    until = time.monotonic() + 10
    while list(tmp_path.iterdir()):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_there_is_an_end_to_what_waits(jobs):
    names = [begin(jobs, go_on) for _ in range(3)]
    with pytest.raises(Busy, match="3 jobs are under way"):
        jobs.new_folder()
    jobs.cancel(names[2])
    assert jobs.get(names[2]).state == "cancelled"
    jobs.new_folder()


def test_what_is_over_is_forgotten_one_day(jobs, monkeypatch):
    monkeypatch.setattr("risorius.studio.jobs._KEPT", 0)
    names = []
    for _ in range(5):
        names.append(begin(jobs, partial(refuse)))
        wait_for(jobs, names[-1], "failed")
    assert jobs.get(names[0]) is None
    assert jobs.get(names[-1]) is not None
