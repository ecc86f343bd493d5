"""The pages and files of a program's own: `resources`, as rendercanvas.http has it."""

from __future__ import annotations

from collections import UserDict

from ..config import Resource, check_resource
from ..serving.static import static_folder

__all__ = ["Resources", "resources"]

_STYLE = """\
div.renderview-wrapper {
  display: inline-block;
  position: relative;
  min-width: 32px;
  min-height: 32px;
  border: 2px solid rgba(127, 127, 127, 0.3);
}
div.renderview-wrapper.is-resizable {
  overflow: hidden;
  resize: both;
}
div.renderview-wrapper.is-minimized {
  height: auto !important;
  min-height: 0 !important;
  resize: none;
}
"""


class Resources(UserDict[str, Resource]):
    """Names, such as "index.html" and "logo.png", with (content type, str or bytes). Changes count at once.

    Raises:
        ConfigError: when an entry is set to anything else.
    """

    def __setitem__(self, name: str, resource: Resource) -> None:
        check_resource(name, resource)
        super().__setitem__(name, resource)


resources = Resources(
    {
        "index.html": ("text/html", (static_folder() / "index.html").read_text("utf-8")),
        # What pages for rendercanvas.http name.
        "renderview.css": ("text/css", _STYLE),
        "renderview.js": ("text/javascript", "// Empty: renderview-client.js does all of it.\n"),
        "renderview-client.js": (
            "text/javascript",
            'import "./static/renderview-client.js";\n',
        ),
    }
)
"""What is served with each canvas of the process, beside the client's modules."""
