"""Debian's nginx as a reverse proxy that speaks HTTP and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..wan.namespace import Namespace
from .programs import found, running

CONFIGURATION = """
pid {folder}/nginx.pid;
error_log stderr notice;
daemon off;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $http_upgrade $connection_upgrade {{
        default upgrade;
        "" close;
    }}
    server {{
        listen {address}:80;
        location / {{
            proxy_pass http://{backend};
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_buffering off;
            proxy_read_timeout 1h;
        }}
    }}
}}
"""


@contextmanager
def nginx(namespace: Namespace, folder: Path, address: str, backend: str) -> Iterator[None]:
    """Pass on what comes to port 80 of an address. backend: HOST:PORT."""
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, address=address, backend=backend))
    command = [*namespace.inside, found("nginx", "nginx-light"), "-c", str(configuration)]
    with running(command, folder / "nginx.log", ready="start worker process "):
        yield
