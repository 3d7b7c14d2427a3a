"""What hosts read (Dockerfile, compose.yaml, Procfile, the systemd unit) says what the bot is."""

import json
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from configparser import ConfigParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from bot.settings import Settings
from tests.test_readme import ROOT, read

DOCKERFILE = read("Dockerfile")
COMPOSE = yaml.safe_load(read("compose.yaml"))
SETTINGS = {str(field.validation_alias) for field in Settings.model_fields.values()}
PYTHON_S_OWN = {"PYTHONPATH", "PYTHONSAFEPATH", "PYTHONUNBUFFERED"}


def instructions(name: str) -> list[str]:
    """Return what follows an instruction, in each of its lines."""
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


def test_the_image_holds_all_that_the_wheel_has_and_no_secrets() -> None:
    packages = tomllib.loads(read("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = [line.split()[0] for line in instructions("COPY")]
    sent = [line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")]

    assert sorted(copied) == sorted(["LICENSE", "requirements.txt", *packages])
    assert sorted(sent) == sorted(copied)
    assert "\n*\n" in read(".dockerignore")
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_runs_the_bot_as_a_user_who_owns_the_volume_alone() -> None:
    [user], [volume], [folder] = instructions("USER"), instructions("VOLUME"), instructions("WORKDIR")
    [environment] = instructions("ENV")
    names = {each.partition("=")[0] for each in environment.split()}

    assert (user, volume, folder) == ("paper-round", "/data", "/data")
    assert f"--home-dir {volume} --create-home {user}" in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE
    assert names - PYTHON_S_OWN == {"PORT"} <= SETTINGS
    assert json.loads(instructions("ENTRYPOINT")[0]) + json.loads(instructions("CMD")[0]) == (
        "python -m bot run".split()
    )


@pytest.mark.parametrize(("answer", "status"), [(200, 0), (503, 1), (None, 1)], ids="alive ill gone".split())
def test_the_health_check_tells_whether_the_bot_answers(answer: int | None, status: int) -> None:
    [check] = re.findall(r"^HEALTHCHECK .*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    arguments = json.loads(check)[1:]
    server = HTTPServer(("127.0.0.1", 0), type("Answering", (_Answering,), {"status": answer}))
    port = server.server_port
    if answer is None:
        server.server_close()
    else:
        threading.Thread(target=server.handle_request, daemon=True).start()

    ended = subprocess.run(
        [sys.executable, *arguments],
        env={"PORT": str(port), "HTTP_PROXY": "http://127.0.0.1:9"},
        check=False,
        capture_output=True,
    )
    server.server_close()

    assert min(ended.returncode, 1) == status


class _Answering(BaseHTTPRequestHandler):
    status: int

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_compose_keeps_the_volume_of_the_image() -> None:
    bot = COMPOSE["services"]["bot"]

    assert bot["build"] == "."
    assert bot["volumes"] == ["data:/data"]
    assert list(COMPOSE["volumes"]) == ["data"]
    assert set(bot["environment"]) <= SETTINGS
    assert bot["ports"] == [f"127.0.0.1:{bot['environment']['PORT']}:{bot['environment']['PORT']}"]


def test_the_procfile_has_both_processes_with_the_same_command() -> None:
    assert read("Procfile").splitlines() == ["worker: python -m bot run", "web: python -m bot run"]


def test_the_unit_starts_what_the_page_installs_where_the_page_sets_it_up() -> None:
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # as its documentation says
    unit.read_string(read("docs/paper-round.service"))
    service, page = unit["Service"], read("docs/hosting.md")

    assert service["ExecStart"] == "/opt/paper-round/bin/paper-round run"
    assert service["WorkingDirectory"] == f"%S/{service['StateDirectory']}"
    assert f"--home-dir /var/lib/{service['StateDirectory']}" in page
    assert (
        f"sudo -u {service['User']} sh -c 'cd /var/lib/paper-round && /opt/paper-round/bin/paper-round setup'"
        in page
    )


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "paper-round.service"
    # It looks whether the program is there.
    unit.write_text(read("docs/paper-round.service").replace("/opt/paper-round/bin/paper-round", "/bin/true"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", unit],  # noqa: S607 -- wherever it is
        check=False,
        capture_output=True,
        text=True,
    )

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_the_settings_of_the_hosts_pages_exist() -> None:
    pages = "\n".join(read(f"docs/{name}.md") for name in ("hosting", "fly", "heroku", "slack"))
    fly = tomllib.loads(
        re.findall(r"```toml\n(.*?)```", read("docs/fly.md"), re.DOTALL)[0].replace("   ", "")
    )
    named = set(re.findall(r"\b(?:PAPER_ROUND|SLACK|LLM)_[A-Z_]+\b", pages)) | set(fly["env"])

    assert named <= SETTINGS
    assert (fly["mounts"]["destination"], fly["checks"]["alive"]["path"]) == ("/data", "/healthz")
    assert str(fly["checks"]["alive"]["port"]) == fly["env"]["PORT"]
