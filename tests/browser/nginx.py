"""Debian's nginx, run for a test with the configuration that the documentation shows."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rtc_canvas.tls import own_certificate

from .conftest import need
from .coturn import listens

NGINX = Path("/usr/sbin/nginx")
SHOWN = Path(__file__).parents[2] / "examples" / "deploy" / "nginx.conf"

AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
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


@asynccontextmanager
async def nginx(folder: Path, *, port: int) -> AsyncIterator[str]:
    """Run one in front of the server at `port`, until the end of the block; gives the URL in front."""
    need(NGINX, "apt-get install -y nginx-light")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        own = free.getsockname()[1]
    pem = own_certificate(["lab.localhost"], folder)
    shown = SHOWN.read_text()
    for name, here in {
        "listen 443 ssl": f"listen 127.0.0.1:{own} ssl",
        "/etc/ssl/certs/lab.example.org.pem": str(pem),
        "/etc/ssl/private/lab.example.org.key": str(pem),
        "proxy_pass http://127.0.0.1:8080/": f"proxy_pass http://127.0.0.1:{port}/",
        "server_name lab.example.org": "server_name lab.localhost",
    }.items():
        assert shown.count(name) == 1, f"The configuration has to name {name} once."
        shown = shown.replace(name, here)
    (folder / "scene.conf").write_text(shown)
    around = folder / "nginx.conf"
    around.write_text(AROUND.format(folder=folder))
    process = await asyncio.create_subprocess_exec(
        *(str(NGINX), "-e", "stderr", "-p", str(folder), "-c", str(around)),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await listens(own)
        yield f"https://lab.localhost:{own}/scene/"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
