"""One exact image on its way to one page: what may be sent, and what the page may acknowledge. Pure."""

from __future__ import annotations

from ..exceptions import BadMessage

# Bytes that the page may leave unacknowledged. It acknowledges far more often; what it does not take stays with it.
UNACKNOWLEDGED = 1 << 20


class ExactTransfer:
    """Counts the bytes of one image.

    picture: what the page knows it by.
    sent, received: bytes, as far as they were handed over and acknowledged. shown: whether it is on the screen.
    """

    def __init__(self, picture: int, data: bytes) -> None:
        self.picture = picture
        self._data = data
        self.sent = 0
        self.received = 0
        self.shown = False

    @property
    def is_sent(self) -> bool:
        """Whether nothing of it is left to be sent."""
        return self.sent == len(self._data)

    @property
    def is_open(self) -> bool:
        """Whether the page has acknowledged enough to get more."""
        return self.sent - self.received < UNACKNOWLEDGED

    def next_piece(self, size: int) -> bytes:
        """The next `size` bytes, or what is left of them."""
        piece = self._data[self.sent : self.sent + size]
        self.sent += len(piece)
        return piece

    def take_back(self, piece: bytes) -> None:
        """The last piece could not be sent."""
        self.sent -= len(piece)

    def acknowledge(self, received: int) -> None:
        """The page has so many bytes.

        Raises:
            BadMessage: when it cannot have them.
        """
        if not self.received <= received <= self.sent:
            raise BadMessage(
                f"exact: {received} bytes of picture {self.picture} cannot have been received: "
                f"{self.received} were before, {self.sent} were sent."
            )
        self.received = received

    def acknowledge_shown(self) -> None:
        """The page shows it.

        Raises:
            BadMessage: when it cannot have it.
        """
        if not self.is_sent:
            raise BadMessage(
                f"exact: picture {self.picture} cannot be shown, only {self.sent} bytes of it were sent."
            )
        self.received = self.sent
        self.shown = True
