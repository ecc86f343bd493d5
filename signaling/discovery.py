"""What a page learns before it connects: the document `api/config`. Pure."""

from __future__ import annotations

from typing import NotRequired, TypedDict

__all__ = ["CanvasEntry", "Config", "IceServer", "config_document"]


class CanvasEntry(TypedDict):
    """One canvas of the server; size is (width, height) in logical pixels."""

    name: str
    title: str
    size: tuple[int, int]


class IceServer(TypedDict):
    """An RTCIceServer, as the page hands it to its peer connection."""

    urls: list[str]
    username: NotRequired[str]
    credential: NotRequired[str]


class Config(TypedDict):
    """What a host tells of itself; the URLs are added here.

    iceServersLifetime: seconds for which the credentials in iceServers are good; None for ever, or unknown.
    canvases: that of the page alone, or all for the page that lists them.
    """

    protocol: int
    version: str
    iceServers: list[IceServer]
    iceServersLifetime: int | None
    codecs: list[str]
    canvases: list[CanvasEntry]


def config_document(config: Config, canvas: str | None) -> dict[str, object]:
    """The document as it is sent, with URLs relative to its own.

    canvas: the one in the document's path, `{canvas}/api/config`; None for `api/config`.
    """
    root = "../" if canvas is None else "../../"
    canvases = config["canvases"]
    document: dict[str, object] = dict(config)
    document["canvases"] = [{**entry, "url": f"{root}{entry['name']}/"} for entry in canvases]
    if canvas is None and len(canvases) == 1:
        canvas = canvases[0]["name"]
    if canvas is not None:
        document["whep"] = f"{root}whep/{canvas}"
        document["snapshot"] = f"{root}snapshot/{canvas}.png"
        document["websocket"] = f"{root}ws/{canvas}"
    return document
