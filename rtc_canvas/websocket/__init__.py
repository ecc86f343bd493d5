"""Encoded frames and messages over a WebSocket, where WebRTC does not get through; no HTTP, no canvas."""
