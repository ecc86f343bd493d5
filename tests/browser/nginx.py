"""Debian's nginx, run for a test with the configuration that the documentation shows."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rtc_canvas.tls import own_certificate

from ..deployment import write_nginx
from .conftest import need
from .coturn import listens

NGINX = Path("/usr/sbin/nginx")


@asynccontextmanager
async def nginx(folder: Path, *, port: int) -> AsyncIterator[str]:
    """Run one in front of the server at `port`, until the end of the block; gives the URL in front."""
    need(NGINX, "apt-get install -y nginx-light")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        own = free.getsockname()[1]
    pem = own_certificate(["lab.localhost"], folder)
    here = {
        "listen 443 ssl": f"listen 127.0.0.1:{own} ssl",
        "/etc/ssl/certs/lab.example.org.pem": str(pem),
        "/etc/ssl/private/lab.example.org.key": str(pem),
        "proxy_pass http://127.0.0.1:8080/": f"proxy_pass http://127.0.0.1:{port}/",
        "server_name lab.example.org": "server_name lab.localhost",
    }
    main = write_nginx(folder, here, log=f"{folder}/error.log")
    process = await asyncio.create_subprocess_exec(
        *(str(NGINX), "-e", "stderr", "-p", str(folder), "-c", str(main)),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await listens(own)
        yield f"https://lab.localhost:{own}/scene/"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
