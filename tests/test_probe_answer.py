"""What a probe returned, as JSON and as a text."""

from __future__ import annotations

import enum
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc_canvas.exceptions import ProbeError
from rtc_canvas.program.probe_answer import MOST_BYTES, MOST_ENTRIES, Answer, answer_of


class Tissue(enum.StrEnum):
    BONE = "bone"


@pytest.mark.parametrize(
    ("returned", "value", "text"),
    [
        (1234567.25, 1234567.25, "1234567.25"),
        (0.1 + 0.2, 0.1 + 0.2, "0.30000000000000004"),
        (-1e-30, -1e-30, "-1e-30"),
        (0.0, 0.0, "0"),
        (300.0, 300.0, "300"),
        (7, 7, "7"),
        (2**64 - 1, 2**64 - 1, "18446744073709551615"),
        ("femur", "femur", "femur"),
        (Tissue.BONE, "bone", "bone"),
        (True, True, "true"),
        (None, None, "none"),
        (float("nan"), None, "nan"),
        (-math.inf, None, "-inf"),
        (np.float32(0.1), float(np.float32(0.1)), "0.1"),
        (np.float32(16777216), 16777216.0, "16777216"),
        (np.float16(2.4), float(np.float16(2.4)), "2.4"),
        (np.array([[0.1, 0.7]], np.float32), [[float(np.float32(0.1)), float(np.float32(0.7))]], "(0.1, 0.7)"),
        (np.array(0.1, np.float32), float(np.float32(0.1)), "0.1"),
        (np.array([0.1, math.nan], np.float64), [0.1, None], "0.1, nan"),
        (np.ma.array([0.1, 0.7], np.float32, mask=[False, True]), [float(np.float32(0.1)), None], "0.1, none"),
        (np.float64("nan"), None, "nan"),
        (np.longdouble(0.5), 0.5, "0.5"),
        (np.longdouble("1e400"), None, "1e+400"),
        (np.uint16(65535), 65535, "65535"),
        (np.bool_(False), False, "false"),
        (np.array(2.5), 2.5, "2.5"),
        (np.ma.masked, None, "none"),
        (np.array([12, 40, 200], np.uint8), [12, 40, 200], "12, 40, 200"),
        ((1, math.inf), [1, None], "1, inf"),
        ([[1, 2], {"a": 3}], [[1, 2], {"a": 3}], "(1, 2), (a 3)"),
        ({"depth": 1 / 3, "id": [4, 5]}, {"depth": 1 / 3, "id": [4, 5]}, "depth 0.3333333333333333\nid (4, 5)"),
        ({1: "one", np.float32(0.5): "half"}, {"1": "one", "0.5": "half"}, "1 one\n0.5 half"),
        ([], [], ""),
        (np.zeros((64, 2), np.float32), [[0.0, 0.0]] * 64, ", ".join(["(0, 0)"] * 64)),
    ],
)  # fmt: skip
def test_answers(returned: object, value: object, text: str) -> None:
    answer = answer_of(returned)
    assert answer == Answer(value, text)  # type: ignore[arg-type]
    assert type(answer.value) is type(value), "no type of numpy's, nor of the program's"


ENDLESS: list[object] = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize(
    ("returned", "got"),
    [
        (1j, "returned complex;"),
        (b"bytes", "returned bytes;"),
        (object(), "returned object;"),
        (np.datetime64("2026-01-01"), "returned datetime64;"),
        ({(1, 2): 3}, "a key of type tuple"),
        ([0] * (MOST_ENTRIES + 1), f"more than {MOST_ENTRIES} values"),
        (ENDLESS, f"more than {MOST_ENTRIES} values"),
        (np.zeros((480, 640)), "an array of the shape (480, 640)"),
        ("x" * MOST_BYTES, f"{MOST_BYTES + 2} bytes"),
        ("x" * (MOST_BYTES + 1), f"a string of {MOST_BYTES + 1} characters"),
        (1 << 1024, "an int of 1025 bits"),
    ],
)
def test_what_is_too_large_or_no_json_is_named(returned: object, got: str) -> None:
    with pytest.raises(ProbeError) as refused:
        answer_of(returned)
    assert refused.value.reason == "failed"
    assert got in str(refused.value)
    assert "\n" not in str(refused.value)


small = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats() | st.text(max_size=9)


@given(st.recursive(small, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_is_told_is_json(returned: object) -> None:
    try:
        answer = answer_of(returned)
    except ProbeError:
        return
    assert json.loads(json.dumps(answer.value, allow_nan=False)) == answer.value
