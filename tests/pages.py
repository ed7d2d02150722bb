"""Specs that say what should never run, and pages in which nothing may."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_text

PAYLOADS = [
    "<script>alert(1)</script>",
    "</title></style><img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "&lt;script&gt; &#60;b&#62; &amp;",
    "]]><!-- --!><![CDATA[",
    "</math><mi>x</mi>\u202e\x1b[31m",
    "{{7*7}} ${7*7} <%= 7 %>",
]


def hostile_spec(payload: str) -> str:
    """A spec that says the payload wherever a spec may say anything."""
    quoted = "'" + payload.replace("'", "''") + "'"
    return f"""
title: {quoted}
source: {quoted}
tensors: {{x: n, W: m n, y: {{axes: m, given: one_hot}}}}
layers: {{z: W @ x, p: softmax(z)}}
loss: {{L: "cross_entropy(p, y)"}}
claims:
  {quoted}: dL/dz = y - p
  note: {{claim: dL/dz = y - p, expect: refuted, note: {quoted}}}
  text: {quoted}
  latex: {{latex: {quoted}}}
"""


def verified(payload: str) -> FileResult:
    text = "".join(character for character in hostile_spec(payload) if character >= " " or character == "\n")
    return verify_text(text, f"specs/{payload}.yaml")


class Harmless(HTMLParser):
    """What a browser would make of the text: nothing that runs and nothing that fetches."""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "iframe", "object", "embed", "link", "base", "form", "img", "image", "use"}
        for name, value in attributes:
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "srcset", "xlink:href", "action", "formaction", "data"), (tag, name)
            if name == "href":
                assert value is not None and re.fullmatch(r"#[\w-]+", value)
            if name == "style":
                assert value == "text-align:left"
            if name == "http-equiv":
                assert value == "Content-Security-Policy"
