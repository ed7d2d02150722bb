"""The tokens of a formula, its author's macros replaced as they come, and arguments as they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping

from derivcheck.language.tex.macros import PACKAGES, PARAMETER, Body

TOKEN = re.compile(r"(%[^\n]*\n?)|(\s+)|(\\[A-Za-z]+\*?|\\.|\d+(?:\.\d+)?|:=|\.\.\.|\|\||.)", re.DOTALL)
MOST_TOKENS, MOST_EXPANSIONS = 20_000, 500


def tokens(text: str) -> list[str]:
    """Commands, numbers, single characters, and spaces; remarks are none."""
    return [" " if space else token for remark, space, token in TOKEN.findall(text) if not remark]


class TokenStream:
    """The tokens that wait, the next one last."""

    def __init__(self, text: str, macros: Mapping[str, str]) -> None:
        self.macros = {**PACKAGES, **{name.lstrip("\\"): body for name, body in macros.items()}}
        self.waiting = tokens(text)[:MOST_TOKENS][::-1]
        self.expansions = 0

    def _peek(self) -> str:
        """The next token that is no space, macros replaced; empty at the end."""
        while self.waiting:
            token = self.waiting[-1]
            if token.isspace() or token == "":
                self.waiting.pop()
            elif token.startswith("\\") and self._expands(token[1:]):
                continue
            else:
                return token
        return ""

    def _take(self) -> str:
        token = self._peek()
        if self.waiting:
            self.waiting.pop()
        return token

    def _expands(self, name: str) -> bool:
        """Whether a macro was put in the place of its name."""
        if name not in self.macros or self.expansions >= MOST_EXPANSIONS:
            return False
        self.expansions += 1
        self.waiting.pop()
        given = self.macros[name]
        body = given if isinstance(given, Body) else Body(given)
        arguments = []
        if body.default is not None:
            arguments.append(self._optional() if self._sees("[") else body.default)
        while len(arguments) < body.arity:
            if body.alone is not None and len(arguments) + 1 == body.arity and not self._sees("{"):
                body = Body(body.alone, body.arity)
                break
            arguments.append(self._raw())
        written = PARAMETER.sub(lambda one: "".join(arguments[int(one[1]) - 1 : int(one[1])]), body)
        self.waiting += [*tokens(written), " "][::-1]
        if len(self.waiting) > MOST_TOKENS:
            self.expansions = MOST_EXPANSIONS
        return True

    def _sees(self, token: str) -> bool:
        """Whether a token is next, without looking behind macros."""
        while self.waiting and self.waiting[-1].isspace():
            self.waiting.pop()
        return bool(self.waiting) and self.waiting[-1] == token

    def _raw(self) -> str:
        """An argument as it is written, without its braces."""
        if not self._sees("{"):
            return self.waiting.pop() if self.waiting else ""
        level, parts = 0, list[str]()
        while self.waiting:
            token = self.waiting.pop()
            level += (token == "{") - (token == "}")
            if not level:
                break
            parts.append(token)
        return "".join(parts[1:])

    def _optional(self) -> str:
        """What stands in square brackets, if they are next."""
        if not self._sees("["):
            return ""
        level, parts = 0, list[str]()
        while self.waiting:
            token = self.waiting.pop()
            level += (token in "{[") - (token in "}]")
            if not level:
                break
            parts.append(token)
        return "".join(parts[1:])
