"""JUnit XML: one suite a statement, one case a claim.

Only what the common dialects agree on is written, in the order they ask for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as XML

from verifier.gating.compare import Gated, Outcome

#: What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(findings: Sequence[Gated], *, seed: int, seconds: float, time: datetime) -> str:
    """The document.  Unexpected and undecided findings are failures; files and samplers that fail are errors."""
    root = XML.Element("testsuites")
    for number, name in enumerate(dict.fromkeys(finding.statement for finding in findings)):
        own = [finding for finding in findings if finding.statement == name]
        suite = XML.SubElement(root, "testsuite", {
            "name": _clean(name), "package": "verifier", "id": str(number),
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S"), "hostname": "localhost", "tests": str(len(own)),
            "failures": str(sum(_tag(finding) == "failure" for finding in own)),
            "errors": str(sum(_tag(finding) == "error" for finding in own)), "skipped": "0",
            # The statements are drawn together: the time of the run belongs to none of them alone.
            "time": f"{seconds:.3f}" if number == 0 else "0",
        })  # fmt: skip
        properties = XML.SubElement(suite, "properties")
        XML.SubElement(properties, "property", {"name": "seed", "value": str(seed)})
        for finding in own:
            _case(suite, finding)
        XML.SubElement(suite, "system-out")
        XML.SubElement(suite, "system-err")
    XML.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + XML.tostring(root, encoding="unicode") + "\n"


def _case(suite: XML.Element, finding: Gated) -> None:
    where = {"name": _clean(finding.name), "classname": f"verifier.{_clean(finding.statement)}", "time": "0"}
    case = XML.SubElement(suite, "testcase", where)
    tag = _tag(finding)
    if tag is None:
        return
    message = f"expected {finding.expected}, found {finding.found}"
    problem = XML.SubElement(case, tag, {"message": _clean(message), "type": str(finding.outcome)})
    place = f"{finding.place()}:{finding.line}" if finding.path is not None else ""
    problem.text = _clean("\n".join(filter(None, [place, finding.message, finding.reproduce])))


def _tag(finding: Gated) -> str | None:
    if finding.outcome is Outcome.EXPECTED:
        return None
    return "failure" if finding.outcome in (Outcome.UNEXPECTED, Outcome.UNDECIDED) else "error"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
