"""Settings: what is taken, and how the rest is refused."""

from __future__ import annotations

from typing import Any

import pytest

from rtc_canvas import Canvas, ConfigError, ServeConfig, VideoConfig

NAN = float("nan")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("size", (0, 480)),
        ("size", (640,)),
        ("size", [640, 480]),
        ("size", (640, "480")),
        ("size", (640, True)),
        ("size", (640, NAN)),
        ("size", (640, 16385)),
        ("fps", 0),
        ("fps", 241),
        ("fps", NAN),
        ("fps", "60"),
        ("fps", True),
        ("mode", "always"),
        ("title", None),
        ("format", "rgba"),
        ("max_pixel_ratio", 0),
        ("exact", None),
        ("exact", 1),
        ("max_pixel_ratio", NAN),
    ],
)
def test_a_canvas_refuses(setting: str, value: object) -> None:
    settings: dict[str, Any] = {setting: value}
    with pytest.raises(ConfigError, match=setting) as refused:
        Canvas(**settings)
    assert repr(value) in str(refused.value)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("codec", "av1"),
        ("codec", "H264"),
        ("encoder", "gpu"),
        ("max_bitrate", 6e6),
        ("max_bitrate", True),
        ("max_bitrate", 149_999),
        ("max_bitrate", 200_000_001),
        ("min_fps", 0.9),
        ("min_fps", 61),
        ("min_fps", NAN),
        ("min_fps", "12"),
        ("min_fps", True),
        ("prefer", "speed"),
        ("prefer", None),
        ("chroma", "422"),
        ("chroma", 444),
    ],
)
def test_video_refuses(setting: str, value: object) -> None:
    settings: dict[str, Any] = {setting: value}
    with pytest.raises(ConfigError, match=setting):
        VideoConfig(**settings)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("host", None),
        ("port", "8080"),
        ("port", -1),
        ("port", 65536),
        ("port", True),
        ("udp_port", 65536),
        ("udp_port", "8080"),
        ("udp_port_range", (50000,)),
        ("udp_port_range", (50100, 50000)),
        ("udp_port_range", (0, 10)),
        ("udp_port_range", (50000, 65536)),
        ("udp_port_range", "50000-50100"),
        ("public_addresses", "198.51.100.7"),
        ("interfaces", "eth0"),
        ("token", 1234),
        ("allow_origins", "https://example.org"),
        ("allow_hosts", "lab.example.org"),
        ("trusted_proxies", "127.0.0.1"),
        ("key", "key.pem"),
        ("cert", "/nowhere/cert.pem"),
        ("max_peers", 0),
        ("max_peers", 2.0),
        ("max_peers", True),
        ("video", {"codec": "vp8"}),
    ],
)
def test_serving_refuses(setting: str, value: object) -> None:
    settings: dict[str, Any] = {setting: value}
    with pytest.raises(ConfigError, match=setting):
        ServeConfig(**settings)


def test_a_token_is_not_for_open_access() -> None:
    with pytest.raises(ConfigError, match="token must not be given"):
        ServeConfig(open_access=True, token="secret")


def test_one_udp_port_or_a_range() -> None:
    with pytest.raises(ConfigError, match="give one of them"):
        ServeConfig(udp_port=50000, udp_port_range=(50000, 50100))
    assert ServeConfig().udp_ports is None
    assert ServeConfig(udp_port=0).udp_ports == [0]
    assert list(ServeConfig(udp_port_range=(50000, 50002)).udp_ports or ()) == [50000, 50001, 50002]


def test_a_certificate_is_given_or_made() -> None:
    with pytest.raises(ConfigError, match="cert must not be given"):
        ServeConfig(self_signed=True, cert="cert.pem")


def test_what_is_taken() -> None:
    Canvas((1, 16384), fps=1, mode="continuous", title="", format="bgr", max_pixel_ratio=0.1)
    Canvas((640.5, 480.25), fps=29.97)
    VideoConfig(codec="vp8", encoder="auto", max_bitrate=150_000, min_fps=1, prefer="motion")
    VideoConfig(chroma="420")
    VideoConfig(chroma="444")
    VideoConfig(max_bitrate=200_000_000, min_fps=60.0, prefer="sharpness")
    ServeConfig(host="::1", port=0, token="secret", allow_origins=["https://example.org"])


def test_a_config_error_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="fps"):
        Canvas(fps=0)
