"""Where the browser client's files are."""

from __future__ import annotations

from pathlib import Path

from ..exceptions import ServeError


def static_folder() -> Path:
    """The folder `static`: inside the package in an installed wheel, beside it in a checkout.

    Raises:
        ServeError: when it is in neither place.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "static", package.parent / "static"):
        if (folder / "index.html").is_file():
            return folder
    raise ServeError(f"The browser client's files are missing: there is no {package / 'static'}.")
