"""Encoded frames and messages over WebRTC. Knows no HTTP and no canvas."""
