"""The macros and environments that a document defines, and where each of them holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derivcheck.language.tex.macros import Body
from derivcheck.statements.document.sheets import Place, Sheet, Span, closing

DEFINING = re.compile(
    r"(?P<far>\\global\s*)?(?:\\long\s*)?\\(?P<how>(?:re|provide)?newcommand|providecommand|DeclareRobustCommand|DeclareMathOperator"
    r"|(?:New|Renew|Provide|Declare)DocumentCommand|[gex]?def|let"
    r"|(?:re)?newenvironment|NewEnviron|(?:New|Renew|Provide|Declare)DocumentEnvironment)(?![A-Za-z@])\*?\s*"
)
NAME = re.compile(r"\{\s*(\\(?:[A-Za-z@]+|.))\s*\}\s*|(\\(?:[A-Za-z@]+|.))\s*")
OPTION = re.compile(r"\[([^\[\]]*)\]\s*")
GROUP = re.compile(
    r"\\(?:begin|end)\s*\{[^{}]*\}|\\(?:begin|end)group(?![A-Za-z])|\\[be]group(?![A-Za-z])|\\.|[{}]", re.DOTALL
)
OUTERMOST = re.compile(r"\\(?:begin|end)\s*\{document\}")


@dataclass(frozen=True, slots=True)
class MacroDefinition:
    """One macro as the document defines it, in force from `begin` up to `end`; `body` is None where it is not read."""

    name: str
    body: Body | None
    begin: Place
    end: Place | None = None
    provided: bool = False
    alias: bool = False  # `\\let`: it stands for what its body means where it is defined


@dataclass(frozen=True, slots=True)
class AuthorEnvironment:
    """An environment that the document defines: what its beginning and its end stand for."""

    name: str
    opening: str
    closing: str
    arity: int


class Definitions:
    """All that a document defines, and the spans that are nothing but definitions."""

    def __init__(self, sheet: Sheet, text: str, grouped: bool) -> None:
        """Read from `text`, which is that of the sheet without code and comments; `grouped` as in TeX."""
        self._sheet = sheet
        self._text = text
        self._grouped = grouped
        self.macros: list[MacroDefinition] = []
        self.environments: list[AuthorEnvironment] = []
        self.spans: list[Span] = []
        self._local: list[tuple[int, int]] = []
        position = 0
        while (match := DEFINING.search(text, position)) is not None:
            remark = re.search(
                r"(?<!\\)%", text[max(text.rfind("\n", 0, match.start()) + 1, match.start() - 200) : match.start()]
            )
            position = (None if remark else self._read(match)) or match.end()
            if position > match.end():
                self.spans.append((match.start(), position))
        self._end_groups()

    # --- reading --------------------------------------------------------------------------

    def _read(self, match: re.Match[str]) -> int | None:
        """Where a definition ends; None if it is none."""
        how = match["how"].lower()
        if "environ" in how:
            return self._environment(match.end(), "document" in how)
        name = NAME.match(self._text, match.end())
        if name is None:
            return None
        written, position = name[1] or name[2], name.end()
        if how == "let":
            return self._let(match, written, position)
        far = bool(match["far"]) or how in ("gdef", "xdef")
        arity, default, readable = 0, None, True
        if how.endswith("def"):
            opener = self._text.find("{", position)
            if opener < 0:
                return None
            parameters = self._text[position:opener].strip()
            readable = re.fullmatch(r"(?:#\d)*", parameters) is not None
            arity, position = parameters.count("#"), opener
        elif how.endswith("documentcommand"):
            stop = closing(self._text, position) if self._text.startswith("{", position) else -1
            if stop < 0:
                return None
            arguments = self._text[position + 1 : stop].split()
            readable, arity = all(argument == "m" for argument in arguments), len(arguments)
            position = self._behind(stop + 1)
        else:
            arity, default, position = self._options(position)
        body, stop = self._body(position)
        if body is None:
            return None
        if how == "declaremathoperator":
            body = f"\\operatorname{{{body}}}"
        made = Body(body, arity, default) if readable and arity < 10 else None
        self._add(stop, MacroDefinition(written, made, self._sheet.place(stop), provided="provide" in how), far)
        return stop

    def _behind(self, position: int) -> int:
        """Behind the blanks at a position."""
        while position < len(self._text) and self._text[position].isspace():
            position += 1
        return position

    def _options(self, position: int) -> tuple[int, str | None, int]:
        """(the number of arguments, what the first one is without brackets, where the body begins)."""
        count = OPTION.match(self._text, position)
        if count is None or not count[1].strip().isdigit():
            return 0, None, position
        first = OPTION.match(self._text, count.end())
        return int(count[1]), first[1] if first else None, (first or count).end()

    def _body(self, position: int) -> tuple[str | None, int]:
        """The group, or the single token, at a position, and where it ends."""
        if self._text.startswith("{", position):
            stop = closing(self._text, position)
            return (None, position) if stop < 0 else (self._text[position + 1 : stop], stop + 1)
        match = re.compile(r"\\(?:[A-Za-z]+|.)|[^\s\\{}$]").match(self._text, position)
        return (match[0], match.end()) if match else (None, position)

    def _let(self, match: re.Match[str], name: str, position: int) -> int | None:
        target = re.compile(r"=?\s*(\\(?:[A-Za-z@]+|.)|[^\s\\{}$])").match(self._text, position)
        if target is None:
            return None
        made = MacroDefinition(name, Body(target[1], 0), self._sheet.place(target.end()), alias=True)
        self._add(target.end(), made, bool(match["far"]))
        return target.end()

    def _environment(self, position: int, specified: bool) -> int | None:
        name, position = self._body(position)
        if name is None:
            return None
        if specified:
            arguments, position = self._body(self._behind(position))
            arity = len((arguments or "").split())
        else:
            arity, _, position = self._options(self._behind(position))
        opening, position = self._body(self._behind(position))
        if opening is None:
            return None
        ending, stop = self._body(self._behind(position))
        if ending is None or "\\BODY" in opening:
            (opening, _, ending), stop = opening.partition("\\BODY"), position
        self.environments.append(AuthorEnvironment(name.strip(), opening, ending, arity))
        return stop

    def _add(self, position: int, definition: MacroDefinition, far: bool) -> None:
        if self._grouped and not far:
            self._local.append((position, len(self.macros)))
        self.macros.append(definition)

    def _end_groups(self) -> None:
        """What is defined in a group holds up to its end."""
        opened: list[list[int]] = [[]]
        waiting = iter([*self._local, (len(self._text) + 1, -1)])
        position, number = next(waiting)
        for match in GROUP.finditer(self._text) if self._local else ():
            while position <= match.start():
                opened[-1].append(number)
                position, number = next(waiting)
            word = match[0]
            if OUTERMOST.fullmatch(word):
                continue
            if word == "{" or re.match(r"\\begin|\\bgroup", word):
                opened.append([])
            elif (word == "}" or re.match(r"\\end|\\egroup", word)) and len(opened) > 1:
                for ended in opened.pop():
                    self.macros[ended] = replace(self.macros[ended], end=self._sheet.place(match.start()))


class Glossary:
    """The macros that are in force at each place of a document; those of its spec go first."""

    def __init__(self, definitions: Sequence[MacroDefinition], declared: Mapping[str, str]) -> None:
        self._definitions = definitions
        self._declared = declared
        self._tables: dict[tuple[int, ...], dict[str, str]] = {}

    def at(self, place: Place) -> Mapping[str, str]:
        """The same object for all places where the same definitions are in force."""
        holding = tuple(
            number
            for number, one in enumerate(self._definitions)
            if one.begin <= place and (one.end is None or place < one.end)
        )
        if holding not in self._tables:
            self._tables[holding] = {**self._table(holding), **self._declared}
        return self._tables[holding]

    def _table(self, holding: Sequence[int]) -> dict[str, str]:
        found: dict[str, str] = {}
        aliases: dict[str, str] = {}
        for number in holding:
            one = self._definitions[number]
            if one.provided and one.name in found:
                continue
            for alias in [name for name, target in aliases.items() if target == one.name]:
                found.pop(alias, None)  # it means what its target meant before
            aliases.pop(one.name, None)
            found.pop(one.name, None)
            if one.alias and one.body in found:
                found[one.name] = found[one.body]
            elif one.body is not None and one.body != one.name:
                found[one.name] = one.body
                if one.alias:
                    aliases[one.name] = one.body
        return found
