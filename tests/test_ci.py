"""The workflow, the hooks, the Makefile and the scripts are what the runners can run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTS = [ROOT / ".ci" / "run", *sorted((ROOT / ".ci").glob("*.sh")), ROOT / "maps" / "npm.sh"]
MAKEFILE = (ROOT / "Makefile").read_text()
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]


def tool(name, *words):
    """Run a tool that lies beside the Python of the tests."""
    found = Path(sys.executable).parent / name
    assert found.exists(), f"{name} is not installed: make env-dev"
    done = subprocess.run([found, *words], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def targets(text):
    """The make targets that a text calls."""
    calls = re.findall(r"(?:^|; +|: )\s*make ((?:[a-z-]+ ?)+)", text, flags=re.M)
    return {word for call in calls for word in call.split()}


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request):
    return yaml.safe_load(request.param.read_text())


def test_there_is_a_workflow():
    assert WORKFLOWS


def test_workflows_fit_the_schema_of_github():
    tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS))


def test_every_action_is_pinned_to_a_commit(workflow):
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    assert [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)] == []


def test_a_workflow_may_only_read_and_ends_in_time(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    assert all(job["timeout-minutes"] <= 90 for job in workflow["jobs"].values())
    checkouts = [step for step in steps(workflow) if "checkout@" in step.get("uses", "")]
    kept = [step["with"]["persist-credentials"] for step in checkouts]
    assert kept == [False] * len(workflow["jobs"])


def test_the_platforms_that_were_promised_are_there():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    runners = {one["runner"] for one in workflow["jobs"]["conda"]["strategy"]["matrix"]["include"]}
    assert {name.split("-")[0] for name in runners} == {"ubuntu", "macos"}
    assert {"pip", "conda", "wheel"} <= set(workflow["jobs"])
    assert ".ci/run" in [step.get("run") for step in workflow["jobs"]["pip"]["steps"]]


def test_every_make_target_that_ci_calls_exists():
    made = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.M))
    called = targets((ROOT / ".ci" / "run").read_text())
    for path in WORKFLOWS:
        runs = [str(step.get("run", "")) for step in steps(yaml.safe_load(path.read_text()))]
        called |= targets("\n".join(runs))
    assert {"env-dev", "test", "test-slow", "test-deep", "wheel", "check-env"} <= called
    assert called - made == set()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_sound_and_can_be_started(script):
    tool("shellcheck", str(script))
    assert script.read_text().startswith("#!")
    assert script.stat().st_mode & 0o111, f"{script.name} is not executable"


@pytest.mark.parametrize("script", [*SCRIPTS, ROOT / "Makefile"], ids=lambda path: path.name)
def test_nothing_needs_the_gnu_tools_that_macos_lacks(script):
    gnu = (
        r"sed -i|readlink -f|grep -[a-zA-Z]*P|sort -V|xargs -r|stat -c|date -d|cp -a |"
        r"sed [^|]*\\t|\btac\b|\bnproc\b|\btimeout \d|mktemp --"
    )
    assert re.findall(gnu, script.read_text()) == []


def test_the_makefile_is_for_make_3_81():
    newer = r"\.ONESHELL|\.SHELLFLAGS|\$\(file |^\w+ *!=|::=|&:|^undefine|^private|\$\(let "
    assert re.findall(newer, MAKEFILE, flags=re.M) == []


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_help_lists_every_target():
    listed = subprocess.check_output(["make", "--no-print-directory", "help"], text=True, cwd=ROOT)
    phony = re.search(r"^\.PHONY: (.*?)(?<!\\)\n", MAKEFILE, flags=re.M | re.S).group(1)
    names = phony.replace("\\\n", " ").split()
    assert {line.split()[0] for line in listed.splitlines()} == set(names)


def test_hooks_download_nothing_and_use_tools_of_the_environment():
    assert {repo["repo"] for repo in HOOKS} == {"local"}
    for hook in HOOKS[0]["hooks"]:
        assert hook["language"] == "system"
        start, script, name, *_ = hook["entry"].split()
        assert (start, script) == ("sh", ".ci/tool.sh")
        assert (Path(sys.executable).parent / name).exists(), f"{name} is not installed"
    tool("pre-commit", "validate-config", ".pre-commit-config.yaml")


def test_a_tool_that_is_not_there_says_what_to_run(tmp_path):
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "tool.sh", tmp_path / ".ci")
    done = subprocess.run(
        ["sh", ".ci/tool.sh", "no-such-tool"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 4
    assert "make env-dev" in done.stderr
