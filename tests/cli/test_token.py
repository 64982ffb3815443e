"""``geoml token``: shown once, listed without the secret, taken back."""

import json
import os
import subprocess
import sys

import pytest


def geoml(*words, home):
    environment = {**os.environ, "GEOML_HOME": str(home)}
    environment.pop("GEOML_DATABASE_URL", None)
    command = [sys.executable, "-m", "geoml.cli.main", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_the_life_of_a_token(tmp_path):
    made = geoml("token", "create", "--scope", "read", "--scope", "feedback", "--expires", "12h",
                 "--name", "flood office", home=tmp_path)  # fmt: skip
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["scopes"] == ["feedback", "read"]
    assert told["token"].startswith(f"geoml_{told['id']}_")
    assert "not shown again" in made.stderr
    assert told["token"] not in made.stderr

    listed = geoml("token", "list", home=tmp_path)
    [one] = json.loads(listed.stdout)
    assert (one["id"], one["name"], one["state"]) == (told["id"], "flood office", "live")
    assert told["token"][-43:] not in listed.stdout

    gone = geoml("token", "revoke", told["id"], home=tmp_path)
    assert json.loads(gone.stdout)["state"] == "revoked"
    assert json.loads(geoml("token", "list", home=tmp_path).stdout)[0]["state"] == "revoked"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("create", "--scope", "root"), "read, feedback, operate"),
        (("create", "--scope", "read", "--expires", "90"), "90d"),
        (("create", "--scope", "read", "--expires", "999w", "--name", "x" * 99), "at most"),
        (("create",), "--scope"),
        (("revoke", "0123456789ab"), "token list"),
    ],
)
def test_a_wrong_question_makes_nothing(tmp_path, words, told):
    answer = geoml("token", *words, home=tmp_path / "home")
    assert answer.returncode == 2
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "home").exists()
