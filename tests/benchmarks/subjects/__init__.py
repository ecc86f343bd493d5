"""The servers that are compared: one module each, one contract for all (``contract.py``)."""
