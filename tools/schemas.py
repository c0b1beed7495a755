"""Write the schemas in docs/ (*.schema.json) from the types of what the commands print.

python tools/schemas.py
"""

from __future__ import annotations

import json
import types
from dataclasses import is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from verifier.fits.model import FitJson
from verifier.gating.compare import GateJson
from verifier.programs.scan import ScanJson
from verifier.report.model import ReportJson
from verifier.verdict.shapes import Exactly, Least, Like, OneOf
from verifier.verify.model import CheckJson

DOCS = Path(__file__).resolve().parents[1] / "docs"
MODELS = {
    "report": (ReportJson, "verifier report --format json"),
    "check": (CheckJson, "verifier check --json"),
    "gate": (GateJson, "verifier gate --json"),
    "fit": (FitJson, "verifier fit --json"),
    "scan": (ScanJson, "verifier scan --json"),
}
_PLAIN: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema(root: Any, title: str) -> dict[str, Any]:
    """The JSON Schema of a model, or of several of which it is one.  TypeError for a type that has none."""
    defs: dict[str, Any] = {}
    whole = _object(root, defs) if isinstance(root, type) else shape(root, defs)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **whole,
        "$defs": dict(sorted(defs.items())),
    }  # fmt: skip


def _object(model: type, defs: dict[str, Any]) -> dict[str, Any]:
    """An object with these fields and no other."""
    hints = get_type_hints(model, include_extras=True)
    required = [name for name, hint in hints.items() if get_origin(hint) is not NotRequired]
    told = (model.__doc__ or "").strip()
    return {
        **({"description": told} if is_typeddict(model) and told else {}),
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": {name: shape(hint, defs) for name, hint in hints.items()},
    }


def shape(hint: Any, defs: dict[str, Any]) -> dict[str, Any]:
    """The schema of one type; objects are put into ``defs`` by their names."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return shape(inner[0], defs)
    if origin is Annotated:
        found = dict(shape(inner[0], defs))
        for mark in inner[1:]:
            if isinstance(mark, OneOf):
                found = {"enum": [int(v) if isinstance(v, int) else str(v) for v in mark.values]}
            elif isinstance(mark, Least):
                found["minItems" if found.get("type") == "array" else "minimum"] = mark.value
            elif isinstance(mark, Exactly):
                found |= {"minItems": mark.count, "maxItems": mark.count}
            elif isinstance(mark, Like):
                found["pattern"] = mark.pattern
            else:
                found = {"description": mark, **found}
        return found
    if origin in (Union, types.UnionType):
        parts = [shape(part, defs) for part in inner]
        if all(set(part) == {"type"} for part in parts):
            return {"type": [part["type"] for part in parts]}
        return {"anyOf": parts}
    if origin is Literal:
        return {"const": inner[0]}
    if origin in (list, tuple):
        return {"type": "array", "items": shape(inner[0], defs)}
    if origin is dict:
        return {"type": "object", "propertyNames": shape(inner[0], defs), "additionalProperties": shape(inner[1], defs)}
    if hint is Any:
        return {}
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if is_typeddict(hint) or is_dataclass(hint):
        if hint.__name__ not in defs:
            defs[hint.__name__] = {}  # a model that holds itself finds its name
            defs[hint.__name__] = _object(hint, defs)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    raise TypeError(f"{hint} has no schema")


def texts() -> dict[Path, str]:
    """The files and what belongs into them."""
    return {
        DOCS / f"{name}.schema.json": json.dumps(schema(root, title), indent=2, ensure_ascii=False) + "\n"
        for name, (root, title) in MODELS.items()
    }


if __name__ == "__main__":
    for path, text in texts().items():
        path.write_text(text, encoding="utf-8")
        print(path.name)
