"""From numpy arrays to encoded frames. Knows no network and no aiortc."""
