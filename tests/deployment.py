"""What docs/deploy.md and examples/deploy show, as the tests run it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "deploy.md"
FILES = ROOT / "examples" / "deploy"

FIRST = "Where the program runs, and how browsers reach it"
SECTIONS = {
    FIRST: "the doctor, in several of them",
    "Through SSH": "test_through_ssh",
    "Published ports: Docker": "test_published_ports",
    "A cloud machine behind 1:1 NAT": "test_1_to_1_nat",
    "A TURN server": "test_a_turn_server",
    "Behind nginx, with TLS and a path prefix": "test_behind_nginx",
    "https without a proxy": "test_https_without_a_proxy",
}
"""Which tests of tests/network/test_deploy.py run the commands of each section."""

_HEADING = re.compile(r"#+ (.*)")

NGINX_AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {log} notice;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/scene.conf;
}}
"""


def commands() -> dict[str, list[str]]:
    """The command lines of each section that has some, without their comments. A program names its language."""
    found: dict[str, list[str]] = {}
    section = ""
    language: str | None = None
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("```"):
            language = line[3:] if language is None else None
        elif language == "":
            found.setdefault(section, []).append(line.partition("  #")[0].rstrip())
        elif language is None and (heading := _HEADING.fullmatch(line)):
            section = heading[1]
    return found


def configuration(name: str, here: Mapping[str, str]) -> str:
    """A file of examples/deploy with some of its text replaced by what fits here."""
    text = (FILES / name).read_text()
    for shown, instead in here.items():
        assert text.count(shown) == 1, f"{name} has to say {shown!r} once."
        text = text.replace(shown, instead)
    return text


def write_nginx(folder: Path, here: Mapping[str, str], log: str) -> Path:
    """Write what nginx needs beside the file that is shown; gives its main configuration."""
    (folder / "scene.conf").write_text(configuration("nginx.conf", here))
    main = folder / "nginx.conf"
    main.write_text(NGINX_AROUND.format(folder=folder, log=log))
    return main
