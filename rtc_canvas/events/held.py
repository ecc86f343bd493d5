"""What one peer holds down, so that it can be released when the peer cannot."""

from __future__ import annotations

from .parse import MODIFIERS, ProgramEvent

__all__ = ["HeldInput"]

MAX_KEYS = 64


class HeldInput:
    """Follows one peer's delivered events and knows which keys and buttons are down.

    At most 64 keys are remembered, more than fingers and keyboards have; what a page claims
    beyond them is delivered all the same, but not released.
    """

    def __init__(self) -> None:
        # Both in the order of pressing. A key is known by its code, because its name changes
        # with the modifiers: "a" goes down and "A" comes up.
        self._keys: dict[str, dict[str, str]] = {}
        self._buttons: dict[int, None] = {}
        self._point: dict[str, float] = {}
        self._pointer_type = ""

    def __bool__(self) -> bool:
        """Whether anything is down."""
        return bool(self._keys or self._buttons)

    def follow(self, event: ProgramEvent) -> None:
        """Take note of an event that is delivered to the program."""
        if "x" in event:
            self._point = {"x": event["x"], "y": event["y"]}
        match event["type"]:
            case "key_down":
                self._press_key(event["key"], event["code"])
            case "key_up":
                self._keys.pop(event["code"] or event["key"], None)
            case "pointer_down" if event["button"]:
                self._buttons[event["button"]] = None
                self._pointer_type = event["pointer_type"]
            case "pointer_up" if event["button"] not in event["buttons"]:
                # Where it is still among them, another finger holds the same button.
                self._buttons.pop(event["button"], None)

    def release(self, peer: object, timestamp: float) -> list[ProgramEvent]:
        """Return the events that release all that is down, and forget it.

        Keys come first, then buttons, each kind newest first; the modifiers of each event are
        those whose own keys are down after it. Coordinates are the last known ones.

        Args:
            peer: whose input this is, as the program shall see it.
            timestamp: when it is released, in seconds on the server's monotonic clock.
        """
        stamp = {"peer": peer, "timestamp": timestamp}
        released: list[ProgramEvent] = []
        while self._keys:
            _, key = self._keys.popitem()
            modifiers = self._modifiers()
            released.append(
                {"type": "key_up", **key, "modifiers": modifiers, **self._point, **stamp}
            )
        while self._buttons:
            button, _ = self._buttons.popitem()
            released.append({"type": "pointer_up", **self._pointer(button), **stamp})
        return released

    def _press_key(self, key: str, code: str) -> None:
        name = code or key
        if name in self._keys or len(self._keys) < MAX_KEYS:
            self._keys[name] = {"key": key, "code": code}

    def _modifiers(self) -> tuple[str, ...]:
        down = {key["key"] for key in self._keys.values()}
        return tuple(name for name in MODIFIERS if name in down)

    def _pointer(self, button: int) -> ProgramEvent:
        return {
            **self._point,
            "button": button,
            "buttons": tuple(sorted(self._buttons)),
            "modifiers": (),
            "ntouches": 0,
            "touches": {},
            "pointer_type": self._pointer_type,
        }
