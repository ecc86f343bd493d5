"""Glass time, frame rate, fidelity and cost, side by side with the rivals: scripts, not tests."""
