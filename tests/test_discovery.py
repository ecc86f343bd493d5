from __future__ import annotations

from signaling.discovery import CanvasEntry, Config, config_document


def entry(name: str) -> CanvasEntry:
    return {"name": name, "title": name.title(), "size": (640, 480)}


def config(*names: str) -> Config:
    return {
        "protocol": 1,
        "version": "0.1.0",
        "iceServers": [],
        "iceServersLifetime": None,
        "codecs": ["h264", "vp8"],
        "canvases": [entry(name) for name in names],
    }


def test_the_only_canvas_is_the_one_to_watch() -> None:
    assert config_document(config("main"), None) == {
        **config("main"),
        "whep": "../whep/main",
        "snapshot": "../snapshot/main.png",
        "websocket": "../ws/main",
        "canvases": [{**entry("main"), "url": "../main/"}],
    }


def test_without_a_name_there_is_a_choice_of_several() -> None:
    document = config_document(config("left", "right"), None)
    assert "whep" not in document
    assert "snapshot" not in document
    assert document["canvases"] == [
        {**entry("left"), "url": "../left/"},
        {**entry("right"), "url": "../right/"},
    ]


def test_urls_start_one_level_lower_on_a_canvas_of_its_own() -> None:
    document = config_document(config("right"), "right")
    assert document["whep"] == "../../whep/right"
    assert document["snapshot"] == "../../snapshot/right.png"
    assert document["websocket"] == "../../ws/right"
    assert document["canvases"] == [{**entry("right"), "url": "../../right/"}]


def test_what_the_host_said_is_left_alone() -> None:
    given = config("main")
    config_document(given, None)
    assert given == config("main")
