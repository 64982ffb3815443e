"""What the machine gives: limits of control groups, room, the right to write."""

import os
import shutil
import socket

import pytest

from geoml.environment import machine
from geoml.environment.tools import tools


@pytest.fixture
def groups(tmp_path):
    """A control group of version 2, ``/box/inner``, and this process in it."""
    own = tmp_path / "cgroup"
    own.write_text("0::/box/inner\n")
    (tmp_path / "fs" / "box" / "inner").mkdir(parents=True)
    return tmp_path / "fs", own


def by_name(findings):
    return {one.name: one for one in findings}


def test_the_least_limit_on_the_way_up_counts(groups):
    root, own = groups
    (root / "box" / "inner" / "memory.max").write_text("max\n")
    (root / "box" / "memory.max").write_text(f"{3 << 30}\n")
    (root / "box" / "inner" / "cpu.max").write_text("150000 100000\n")
    (root / "box" / "cpu.max").write_text("max 100000\n")
    assert machine.cgroup_memory(root, own) == 3 << 30
    assert machine.cgroup_cpus(root, own) == 1.5


def test_version_1_says_no_limit_by_a_huge_number(groups):
    root, own = groups
    own.write_text("5:cpu,cpuacct:/\n4:memory:/job\n")
    (root / "memory" / "job").mkdir(parents=True)
    (root / "memory" / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    assert machine.cgroup_memory(root, own) is None
    (root / "memory" / "job" / "memory.limit_in_bytes").write_text(f"{1 << 30}\n")
    assert machine.cgroup_memory(root, own) == 1 << 30


def test_without_control_groups_there_is_no_limit(tmp_path):
    assert machine.cgroup_memory(tmp_path, tmp_path / "none") is None
    assert machine.cgroup_cpus(tmp_path, tmp_path / "none") is None


def test_the_home_is_not_made_by_looking_at_it(tmp_path, monkeypatch):
    monkeypatch.setenv("GEOML_HOME", str(tmp_path / "not" / "yet"))
    found = by_name(machine.machine())
    assert found["GEOML_HOME"].state == "ok"
    assert found["GEOML_HOME"].got.endswith("(to be made)")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_home_that_may_not_be_written_is_a_failure(tmp_path, monkeypatch):
    tmp_path.chmod(0o500)
    monkeypatch.setenv("GEOML_HOME", str(tmp_path))
    assert by_name(machine.machine())["GEOML_HOME"].state == "broken"


def test_a_file_in_the_place_of_the_home_is_a_failure(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GEOML_HOME", str(tmp_path / "file"))
    found = by_name(machine.machine())["GEOML_HOME"]
    assert found.state == "broken"
    assert found.next_step == "set GEOML_HOME to another folder"


def test_a_full_disk_is_a_failure(tmp_path, monkeypatch):
    monkeypatch.setenv("GEOML_HOME", str(tmp_path))
    monkeypatch.setattr(machine, "LEAST_DISK", shutil.disk_usage(tmp_path).total * 2)
    found = by_name(machine.machine())["disk"]
    assert found.state == "missing"
    assert "GEOML_HOME" in found.next_step


def test_a_taken_port_is_worth_a_note():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = by_name(machine.machine(port))["port"]
    assert found.state == "note"
    assert f"PORT={port + 1}" in found.got
    assert not found.failed


def test_a_browser_is_asked_for_by_developers_only(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert by_name(tools(developing=False))["chromium"].state == "absent"
    found = by_name(tools(developing=True))["chromium"]
    assert found.state == "missing"
    assert "chromium" in found.next_step


def test_an_old_node_is_named_and_no_failure(monkeypatch, tmp_path):
    for name, version in (("node", "v18.1.0"), ("npm", "9.0.0")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = by_name(tools(developing=True))["node"]
    assert found.got.startswith("18.1.0, npm 9.0.0;")
    assert not found.failed


def test_a_browser_that_does_not_start_is_broken(monkeypatch, tmp_path):
    (tmp_path / "chromium").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert by_name(tools(developing=True))["chromium"].state == "broken"
