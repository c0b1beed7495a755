"""The published schemas are those of the types, and say what the types say."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

import jsonschema
import pytest

from tools.schemas import schema, texts
from verifier.verdict.shapes import Exactly, Least, Like, OneOf


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_a_published_schema_is_what_the_types_say(path: Any) -> None:
    assert path.read_text(encoding="utf-8") == texts()[path], "python tools/schemas.py writes it"


class Inner(TypedDict):
    n: Annotated[int, Least(1), "a width"]


class Outer(TypedDict):
    """An example."""

    word: Annotated[str, OneOf(("a", "b"))]
    inner: Inner | None
    pairs: Annotated[list[Annotated[list[float], Exactly(2)]], Least(1)]
    like: NotRequired[Annotated[str, Like("^x+$")]]


GOOD: dict[str, Any] = {"word": "a", "inner": {"n": 1}, "pairs": [[0.5, 1]]}
BAD = {
    "another word": {"word": "c"}, "a number too small": {"inner": {"n": 0}}, "a field more": {"more": 1},
    "a field of another type": {"inner": 3}, "no pair": {"pairs": []}, "three of a pair": {"pairs": [[1, 2, 3]]},
    "not like it": {"like": "y"},
}  # fmt: skip


def test_what_fits_fits() -> None:
    found = schema(Outer, "example")
    assert found["description"] == "An example."
    assert found["$defs"]["Inner"]["properties"]["n"]["description"] == "a width"
    for data in (GOOD, {**GOOD, "inner": None}, {**GOOD, "like": "xx"}):
        jsonschema.validate(data, found)


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_fit_is_refused(case: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**GOOD, **BAD[case]}, schema(Outer, "example"))


def test_a_missing_field_and_a_type_without_schema_are_refused() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"word": "a", "pairs": [[1, 2]]}, schema(Outer, "example"))
    with pytest.raises(TypeError, match="has no schema"):
        schema(TypedDict("Odd", {"a": bytes}), "odd")
