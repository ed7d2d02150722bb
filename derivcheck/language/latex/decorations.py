"""Raw tokens to the tokens of mathematics: decorations vanish, arguments are set in braces, words become words.

A brace that only groups is dropped, as it is when the formula is shown; braces that
remain hold the argument of the script, fraction or root before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from derivcheck.language.latex.tokens import LatexToken, TokenRole, raw_tokens, refuse_macro
from derivcheck.language.latex.words import KEYWORDS, is_plain, rendered, worded
from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.commands import COMMANDS, ENVIRONMENTS, Command, Kind, Layout, is_kind, layout_of
from derivcheck.language.tex.errors import fail

UNKNOWN = Command(Kind.UNREAD)
MAXIMAL_NESTING = 40
SPELLED_WORDS = ("and", "for", "when", "where", "if")
CHOOSE = frozenset({"array", "aligned", "matrix", "gathered"})


def plain_tokens(text: str, known: Mapping[str, str] | None = None) -> list[LatexToken]:
    """The tokens of a formula without its decorations. Raises NotationError (DC100 to DC104, DC111, DC170, DC176)."""
    raw = _undelimited(raw_tokens(text, known))
    _check_braces(raw)
    return _Flattening(raw, known or {}).tokens()


def _undelimited(tokens: list[LatexToken]) -> list[LatexToken]:
    """Without the dollars or brackets that may stand around a formula."""
    for opener, closer in (("$", "$"), ("$", "$"), ("[", "]"), ("(", ")")):
        kind = "sign" if opener == "$" else "macro"
        ends = [(t.kind, t.text) for t in (tokens[0], tokens[-1])] if len(tokens) > 1 else []
        if ends == [(kind, opener), (kind, closer)]:
            tokens = tokens[1:-1]
    return tokens


def _check_braces(tokens: Sequence[LatexToken]) -> None:
    open_: list[LatexToken] = []
    for token in tokens:
        if token.kind != "sign" or token.text not in "{}":
            continue
        if token.text == "{":
            open_.append(token)
        elif not open_:
            fail("DC103", "`}` closes nothing", token.span, "no brace is open here")
        else:
            open_.pop()
    if open_:
        fail("DC103", "`{` is never closed", open_[-1].span, "opened here", "add `}`")


def _with_words(tokens: Sequence[LatexToken]) -> list[LatexToken]:
    """`\\,\\, and \\,` or `\\ for\\ ` in the letters of a formula, set apart by spaces, is the word."""
    kept: list[LatexToken] = []
    position = 0
    while position < len(tokens):
        length = next((len(word) for word in SPELLED_WORDS if _spells(tokens, position, word)), 0)
        if length:
            word = tokens[position : position + length]
            text = "".join(token.text for token in word)
            kept.append(LatexToken("keyword", KEYWORDS[text], word[0].span.to(word[-1].span), True))
        else:
            kept.append(tokens[position])
        position += length or 1
    return kept


def _spells(tokens: Sequence[LatexToken], position: int, word: str) -> bool:
    """Whether letters without a gap spell a word that stands apart from what is around it."""
    letters, behind = tokens[position : position + len(word)], tokens[position + len(word) : position + len(word) + 1]
    if not behind or not letters[0].spaced or not behind[0].spaced:
        return False
    spelled = "".join(token.text for token in letters if token.kind == "letter" and not token.accent)
    return spelled == word and letters[-1].span.stop - letters[0].span.start == len(word)


class _Flattening:
    """One list of raw tokens; arguments are flattened by a flattening of their own."""

    def __init__(self, raw: Sequence[LatexToken], known: Mapping[str, str], depth: int = 0) -> None:
        self._waiting = [*reversed(raw)]
        self._known = known
        self._depth = depth
        self._out: list[LatexToken] = []
        self._spaced = self._wide = False
        self._blanks = 0
        self._choice = False
        self._closed: Span | None = None  # the brace that closed the last argument
        if depth > MAXIMAL_NESTING:
            fail(
                "DC111",
                "the formula is nested too deeply",
                raw[0].span if raw else Span(0, 0),
                f"more than {MAXIMAL_NESTING} levels",
                "split it with `let:` names",
            )

    def tokens(self) -> list[LatexToken]:
        while self._waiting:
            self._step(self._waiting.pop())
        return _with_words(self._out)

    # --- reading and writing --------------------------------------------------------------

    def _emit(self, token: LatexToken) -> None:
        if token.kind == "sign" and self._out and not token.spaced and not self._spaced:
            last = self._out[-1]
            if token.text == "=" and last.kind == "sign" and last.text == ":":
                self._out[-1] = LatexToken("sign", "=", last.span.to(token.span), last.spaced)
                return
            if token.text == "|" and last.kind == "sign" and last.text == "|" and last.span.stop == token.span.start:
                self._out[-1] = LatexToken("sign", "‖", last.span.to(token.span), last.spaced)
                return
        if self._spaced > token.spaced or self._wide > token.wide:
            token = replace(token, spaced=token.spaced or self._spaced, wide=token.wide or self._wide)
        self._out.append(token)
        self._spaced = self._wide = False
        self._blanks = 0

    def _peek(self, text: str, kind: str = "sign") -> bool:
        return bool(self._waiting) and self._waiting[-1].kind == kind and self._waiting[-1].text == text

    def _group(self) -> list[LatexToken]:
        """The tokens up to the brace that closes the one just read."""
        taken: list[LatexToken] = []
        depth = 1
        while depth:
            token = self._waiting.pop()
            if token.kind == "sign" and token.text in "{}":
                depth += 1 if token.text == "{" else -1
                if not depth:
                    self._closed = token.span
                    break
            taken.append(token)
        return taken

    def _optional(self) -> list[LatexToken] | None:
        """What stands in the brackets of an optional argument."""
        if not self._peek("["):
            return None
        opener = self._waiting.pop()
        taken: list[LatexToken] = []
        while self._waiting:
            token = self._waiting.pop()
            if token.kind == "sign" and token.text == "]":
                return taken
            taken.append(token)
        fail("DC103", "`[` is never closed", opener.span, "opened here", "add `]`")

    def _argument(self, owner: LatexToken) -> list[LatexToken]:
        """The raw tokens of the next argument; decorations before it are dropped."""
        self._closed = None
        while self._waiting:
            token = self._waiting.pop()
            if token.kind == "sign" and token.text == "{":
                return self._group()
            if token.kind == "sign" and token.text in ("}", "&"):
                break
            if token.kind == "number" and len(token.text) > 1:
                here, span = token.text[0], token.span
                middle = min(span.start + 1, span.stop)
                rest = "number" if token.text[1] != "." else "sign"
                if rest == "number":
                    self._waiting.append(LatexToken("number", token.text[1:], Span(middle, span.stop)))
                    return [LatexToken("sign" if here == "." else "number", here, Span(span.start, middle))]
                return [token]
            if token.kind != "macro":
                return [token]
            name = token.text
            if is_kind(name, Kind.SPACE, Kind.SIZE):
                continue
            if is_kind(name, Kind.DROPPED):
                self._drop(token)
                continue
            return self._with_arguments(token)
        fail("DC104", f"`{_shown(owner)}` needs an argument", owner.span, "the formula ends here")

    def _with_arguments(self, token: LatexToken) -> list[LatexToken]:
        """A macro as an argument takes its own arguments along: `^\\mathrm T`, `^\\frac12`."""
        name = token.text
        count = COMMANDS[name].arity if name in COMMANDS else 0
        taken = [token]
        for _ in range(count):
            argument = self._argument(token)
            brace = argument[0].span if argument else token.span
            taken += [LatexToken("sign", "{", brace), *argument, LatexToken("sign", "}", brace)]
        return taken

    def _inner(self, raw: Sequence[LatexToken]) -> list[LatexToken]:
        return _Flattening(raw, self._known, self._depth + 1).tokens()

    def _braced(self, raw: Sequence[LatexToken], owner: LatexToken) -> None:
        """Write an argument in the braces that remain."""
        span = Span(raw[0].span.start, raw[-1].span.stop) if raw else owner.span
        self._out.append(LatexToken("sign", "{", Span(span.start, span.start + 1)))
        self._out += self._inner(raw)
        self._out.append(LatexToken("sign", "}", self._closed or Span(max(span.stop - 1, span.start), span.stop)))

    def _drop(self, token: LatexToken) -> None:
        if self._peek("*"):
            self._waiting.pop()
        self._optional()
        for _ in range(COMMANDS[token.text].arity):
            self._argument(token)
        self._spaced = True

    # --- one token ------------------------------------------------------------------------

    def _step(self, token: LatexToken) -> None:
        if token.kind == "macro":
            self._macro(token)
        elif token.kind == "sign" and token.text in "{}":
            self._spaced = True
        elif token.kind == "sign" and token.text in ("^", "_"):
            self._script(token)
        elif token.kind == "sign" and token.text == "$":
            self._words_between(token)
        else:
            self._emit(token)

    def _words_between(self, token: LatexToken) -> None:
        """`$f'(z) = 1$ if $z > 0$`: the dollars close and open again, and words stand between."""
        piece: list[LatexToken] = []
        while self._waiting and not self._peek("$"):
            piece.append(self._waiting.pop())
        if not self._waiting or not piece:
            fail("DC100", "unexpected character `$`", token.span, "the dollars stand outside the formula")
        span = token.span.to(self._waiting.pop().span)
        for made in worded(piece, span, True):
            self._emit(made)
        self._spaced = True

    def _script(self, token: LatexToken) -> None:
        argument = self._argument(token)
        inner = self._inner(argument)
        if token.text == "^" and inner and all(t.kind == "sign" and t.text == "'" for t in inner):
            self._out += inner
        elif inner:
            self._emit(token)
            self._braced(argument, token)

    def _macro(self, token: LatexToken) -> None:
        name = token.text
        if layout_of(name) in (Layout.MATRIX, Layout.CASES) and self._peek("{"):
            self._emit(LatexToken("begin", name, token.span, token.spaced))
            self._out += self._inner(self._argument(token))
            self._emit(LatexToken("finish", name, token.span, True))
            return
        command = COMMANDS.get(name, UNKNOWN)
        meaning = command.meaning
        match command.kind:
            case Kind.SPACE:
                self._blanks += 1
                self._spaced = True
                self._wide = self._wide or meaning == "wide" or self._blanks > 2
            case Kind.SIZE:
                self._spaced = True
                if meaning == "delimiter" and self._peek("."):
                    self._waiting.pop()
            case Kind.DELIMITER:
                self._delimiter(token)
            case Kind.DROPPED:
                self._drop(token)
            case Kind.WRAPPER:
                self._wrapper(token)
            case Kind.FONT:
                self._font(self._argument(token), "" if meaning == "arrow" else "bold", meaning)
            case Kind.TEXT:
                self._text(token)
            case Kind.ACCENT:
                self._accent(token)
            case Kind.FUNCTION | Kind.LETTER:
                kind: TokenRole = "function" if command.kind is Kind.FUNCTION else "letter"
                self._emit(LatexToken(kind, meaning, token.span, True))
            case Kind.FRACTION | Kind.ROOT:
                self._fraction(token)
            case Kind.ENVIRONMENT:
                self._environment(token)
            case Kind.NEGATION:
                self._negated(token)
            case Kind.QUANTIFIER:
                self._emit(LatexToken("keyword", "for", token.span, True))
            case Kind.SIGN:
                self._sign(token)
            case _:
                refuse_macro(token, self._known)

    def _sign(self, token: LatexToken) -> None:
        self._emit(LatexToken("sign", COMMANDS[token.text].meaning, token.span, token.spaced))
        if token.text != "\\":
            return
        # `\\[2pt]` is a distance, `\\ [a]` is not.
        if self._peek("*"):
            self._waiting.pop()
        if self._peek("[") and len(self._waiting) > 1 and self._waiting[-2].kind == "number":
            self._optional()

    def _delimiter(self, token: LatexToken) -> None:
        if not self._waiting:
            fail("DC104", f"`\\{token.text}` needs its delimiter", token.span, "the formula ends here")
        self._spaced = True
        following = self._waiting[-1]
        if following.kind == "sign" and following.text == ".":
            self._waiting.pop()
        elif following.kind == "number" and following.text.startswith("."):
            self._waiting[-1] = replace(
                following, text=following.text[1:], span=Span(following.span.start + 1, following.span.stop)
            )
        elif token.text == "left" and self._peek("{", "macro") and self._opens_choice():
            self._waiting.pop()
            self._choice = True

    def _opens_choice(self) -> bool:
        """`\\left\\{ \\begin{array} ...`: an older way to write cases."""
        following = [t for t in self._waiting[-12:-1][::-1] if not (t.kind == "macro" and is_kind(t.text, Kind.SPACE))]
        if len(following) < 4 or following[0].text != "begin" or following[1].text != "{":
            return False
        name = "".join(t.text for t in following[2:]).split("}")[0]
        return name in CHOOSE

    def _wrapper(self, token: LatexToken) -> None:
        name = token.text
        self._optional()
        for _ in range(COMMANDS[name].arity - 1):
            self._argument(token)
        argument = self._argument(token)
        self._spaced = True
        inner = self._inner(argument)
        if COMMANDS[name].meaning == "list":
            inner = [replace(t, text=",") if t.kind == "sign" and t.text == "\\\\" else t for t in inner]
        for made in inner:
            self._emit(made)
        self._spaced = True
        if COMMANDS[name].remark and self._peek(COMMANDS[name].remark):
            self._argument(self._waiting.pop())

    def _font(self, argument: Sequence[LatexToken], font: str, style: str) -> None:
        self._spaced = True
        inner = self._inner(argument)
        for made in inner:
            marked = made.kind == "letter" or (made.kind == "number" and len(inner) == 1)
            made = replace(made, style=style) if made.kind == "letter" and not made.style else made
            self._emit(replace(made, font=font) if marked and not made.font else made)
        self._spaced = True

    def _text(self, token: LatexToken) -> None:
        if self._peek("*"):
            self._waiting.pop()
        argument = self._argument(token)
        if any(t.kind == "sign" and t.text == "$" for t in argument):
            self._mixed(argument, token)
        elif is_plain(argument) or COMMANDS[token.text].meaning == "sentence":
            for made in worded(argument, token.span.to(self._closed or token.span), token.spaced):
                self._emit(made)
        else:
            self._font(argument, "roman", "")
        self._spaced = True

    def _mixed(self, argument: Sequence[LatexToken], token: LatexToken) -> None:
        """Text with formulas in dollars: `\\text{if $i = j$}`."""
        pieces: list[list[LatexToken]] = [[]]
        for part in argument:
            if part.kind == "sign" and part.text == "$":
                pieces.append([])
            else:
                pieces[-1].append(part)
        for position, piece in enumerate(pieces):
            for made in self._inner(piece) if position % 2 else worded(piece, token.span, True):
                self._emit(made)

    def _accent(self, token: LatexToken) -> None:
        inner = self._inner(self._argument(token))
        if not inner or inner[0].kind != "letter" or inner[0].accent or (len(inner) > 1 and inner[1].text not in "^_"):
            fail("DC170", f"`\\{token.text}` stands over one letter", token.span, "no name is written so")
        whole = token.span.to(self._closed or inner[0].span)
        self._emit(replace(inner[0], accent=COMMANDS[token.text].meaning, spaced=True, span=whole))
        for made in inner[1:]:
            self._out.append(made)

    def _fraction(self, token: LatexToken) -> None:
        if token.text == "sqrt":
            index = self._optional()
            self._emit(LatexToken("sign", "sqrt" if index is None else "root", token.span, token.spaced))
            if index is not None:
                self._braced(index, token)
            self._braced(self._argument(token), token)
        else:
            self._emit(LatexToken("sign", "frac", token.span, token.spaced))
            above = self._argument(token)
            self._braced(above, token)
            self._braced(self._argument(token), token)
        self._spaced = True

    def _negated(self, token: LatexToken) -> None:
        if self._peek("=") or self._peek("equiv", "macro"):
            self._emit(LatexToken("sign", "!=", token.span.to(self._waiting.pop().span), token.spaced))
        else:
            fail("DC174", "`\\not` is read before `=` only", token.span, "not an equation", r"\ne")

    def _environment(self, token: LatexToken) -> None:
        argument = self._argument(token)
        name = rendered(argument).replace(" ", "")
        if name not in ENVIRONMENTS:
            fail(
                "DC176",
                f"unknown environment `{name}`",
                token.span,
                "not part of the notation",
                "aligned, cases, bmatrix",
            )
        if token.text == "end":
            self._emit(LatexToken("finish", name, token.span, True))
            return
        if (
            self._peek("[")
            and len(self._waiting) > 2
            and self._waiting[-2].text in "tbcrl"
            and self._waiting[-3].text == "]"
        ):
            self._optional()
        if ENVIRONMENTS[name].columns:
            self._argument(token)
        self._emit(LatexToken("begin", "cases" if self._choice else name, token.span, True))
        self._choice = False


def _shown(token: LatexToken) -> str:
    return f"\\{token.text}" if token.kind == "macro" else token.text
