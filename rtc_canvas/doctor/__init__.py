"""`rtc-canvas doctor`: what was tried, why it failed, and the one thing to do about each.

What is judged (`findings`, `stun`, `candidates`, `judgements`) is pure; what is tried is in `transact`, `ice_probe`,
`machine` and `site`.
"""
