"""Which content codings a request takes (RFC 9110 clause 12.5.3). Pure."""

from __future__ import annotations

__all__ = ["accepts_gzip"]


def accepts_gzip(field: str) -> bool:
    """Whether an Accept-Encoding field, empty where there is none, takes gzip."""
    weights = dict(_weighted(coding) for coding in field.split(","))
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _weighted(coding: str) -> tuple[str, float]:
    name, _, parameter = coding.partition(";")
    key, _, weight = parameter.partition("=")
    if key.strip().lower() != "q":
        return name.strip().lower(), 1.0
    try:
        return name.strip().lower(), float(weight)
    except ValueError:
        return name.strip().lower(), 0.0
