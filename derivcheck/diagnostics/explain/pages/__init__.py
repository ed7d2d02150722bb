"""One page per code, as data: a table for each subject, and all of them in one."""

from __future__ import annotations

from derivcheck.diagnostics.explain.pages.command_line import COMMAND_LINE
from derivcheck.diagnostics.explain.pages.documents import DOCUMENTS
from derivcheck.diagnostics.explain.pages.explanation import Explanation
from derivcheck.diagnostics.explain.pages.homework import HOMEWORK
from derivcheck.diagnostics.explain.pages.limits import LIMITS
from derivcheck.diagnostics.explain.pages.mistakes import MISTAKES
from derivcheck.diagnostics.explain.pages.notation import NOTATION
from derivcheck.diagnostics.explain.pages.own_bugs import OWN_BUGS
from derivcheck.diagnostics.explain.pages.spec import SPEC

PAGES: dict[str, Explanation] = {
    **SPEC,
    **NOTATION,
    **MISTAKES,
    **LIMITS,
    **COMMAND_LINE,
    **DOCUMENTS,
    **HOMEWORK,
    **OWN_BUGS,
}
