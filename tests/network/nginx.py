"""Debian's nginx with the configuration that the documentation shows: TLS, a prefix, and nothing but HTTP behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..deployment import write_nginx
from ..wan.namespace import Namespace
from .programs import certificate, found, running

NAME = "lab.example.org"
URL = f"https://{NAME}/scene/"


@contextmanager
def nginx(namespace: Namespace, folder: Path, backend: str = "127.0.0.1:8080") -> Iterator[None]:
    """Serve `URL` on port 443 of all addresses of the namespace. backend: HOST:PORT."""
    made, key = certificate(folder, NAME)
    here = {
        "/etc/ssl/certs/lab.example.org.pem": str(made),
        "/etc/ssl/private/lab.example.org.key": str(key),
        "proxy_pass http://127.0.0.1:8080/": f"proxy_pass http://{backend}/",
    }
    main = write_nginx(folder, here, log="stderr")
    command = [*namespace.inside, found("nginx", "nginx-light"), "-c", str(main)]
    with running(command, folder / "nginx.log", ready="start worker process "):
        yield
