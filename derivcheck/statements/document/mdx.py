"""The formulas of MDX: Markdown with components in it, which are no text."""

from __future__ import annotations

import re

from derivcheck.statements.document.markdown import markdown_manuscript
from derivcheck.statements.document.passages import Manuscript
from derivcheck.statements.document.sheets import masked

FENCE = r"^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^(?P=fence)[`~]*[ \t]*$"
FORMULA = r"\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]*`"
_BRACED = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
MODULE = r"^(?:import|export)\b[^\n]*(?:\n(?![ \t]*\n)[^\n]*)*"
REMARK = r"\{\s*/\*.*?\*/\s*\}"
TAG = rf"</?[A-Za-z][\w.]*(?:\s+[\w:-]+(?:=(?:\"[^\"]*\"|'[^']*'|{_BRACED}))?)*\s*/?>"
PARTS = re.compile(f"{FENCE}|{FORMULA}|(?P<aside>{MODULE}|{REMARK}|{TAG})", re.DOTALL | re.MULTILINE)


def mdx_manuscript(text: str, path: str) -> Manuscript:
    """Imports, exports, remarks and tags are blanked; the rest is Markdown. Raises DerivcheckError (DC620)."""
    asides = [match.span() for match in PARTS.finditer(text) if match["aside"]]
    return markdown_manuscript(masked(text, asides), path)
