"""The declared names by how LaTeX may write them, and the functions of the language."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping

from derivcheck.graph.scalars import ELEMENTARY
from derivcheck.language.catalogue import functions as catalogue_functions
from derivcheck.language.latex.elements import Element
from derivcheck.language.lowering.calls import DEFINITIONS
from derivcheck.language.lowering.operations import BUILTINS
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.tex.commands import FUNCTION_WORDS, listed
from derivcheck.spec.spelling import spelled

# Of matrices and vectors, read without parentheses too: `\\det A`, as every entrywise function of a long name is.
PREFIX_FUNCTIONS = frozenset({"det", "trace", "diag", "vec", "softmax"})
POWERED_FUNCTIONS = listed("log exp sin cos tan sinh cosh tanh sech csch coth sec csc cot")
# Accents that Unicode puts on a letter.
COMBINING: Mapping[str, str] = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307"}
# Functions whose value is a vector like their argument: an index at the name is an index of the value.
INDEXED_FUNCTIONS = frozenset({"softmax", "log_softmax"})


def is_function(name: str, scope: Scope) -> bool:
    """Whether a name of the plain notation is a function."""
    return (
        name == "shape"
        or name in BUILTINS
        or name in DEFINITIONS
        or catalogue_functions.entrywise(name, scope.functions)
    )


def stands_before(name: str, scope: Scope) -> bool:
    """Whether a function needs no brackets, `\\log p_k`: no letter, which before another one is a factor."""
    return name in PREFIX_FUNCTIONS or (len(name) > 1 and catalogue_functions.entrywise(name, scope.functions))


def key(name: str) -> str:
    """What `W_2`, `W2` and `W_{2}` have in common."""
    return spelled(name).replace("_", "")


class Names:
    """Declared names, families and dimensions by their keys."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        stems = {name.partition("[")[0] for name in scope.values if "[" in name} | scope.families
        self.plain = _by_key(name for name in scope.values if "[" not in name)
        self.families = _by_key(stems)
        self.dimensions = _by_key(name for name in scope.dimensions if "[" not in name)
        self.dimension_families = _by_key(name.partition("[")[0] for name in scope.dimensions if "[" in name)
        self.functions = _by_key(scope.functions)

    def bases(self, token: Element) -> list[str]:
        """The keys a letter or word may stand for."""
        text = token.text.replace("_", "")
        if token.accent:
            combining = COMBINING.get(token.accent, "")
            composed = unicodedata.normalize("NFC", text + combining) if combining else ""
            return [text + token.accent, token.accent + text, *([composed] if composed else [])]
        if text == "l" and not self._declares("l") and self._declares("ell"):
            return ["ell"]
        return [text]

    def _declares(self, base: str) -> bool:
        return base in self.plain or base in self.families

    def declares(self, token: Element) -> bool:
        """Whether a letter or word is a declared name, a family or a dimension by itself."""
        return any(
            base in found
            for base in self.bases(token)
            for found in (self.plain, self.families, self.dimensions, self.dimension_families)
        )

    def is_value(self, token: Element) -> bool:
        return any(self._declares(base) for base in self.bases(token))

    def begins(self, token: Element) -> bool:
        """Whether a declared name begins with this letter: with scripts it may be one."""
        return any(
            name.startswith(base)
            for base in self.bases(token)
            for found in (self.plain, self.families, self.dimensions, self.dimension_families)
            for name in found
        )

    def function(self, token: Element, suffix: str = "") -> str | None:
        """The function that a letter or word names; what the spec declares goes first."""
        if token.accent:
            return None
        found = self.functions.get(token.text.replace("_", "") + suffix)
        if found:
            return sorted(found)[0]
        if suffix:
            return None
        if token.kind != "function" and (len(token.text) == 1 or token.text == "gamma"):
            # A letter is a name: the function of that sound is Γ.
            return None
        name = FUNCTION_WORDS.get(token.text, token.text)
        return name if is_function(name, self.scope) else None

    def close(self, word: str) -> str:
        """The declared name most like a word, or nothing."""
        found = difflib.get_close_matches(
            word, [*self.scope.values, *self.scope.dimensions, *self._functions()], 1, 0.5
        )
        return found[0] if found else ""

    def close_function(self, word: str) -> str:
        """The function most like a word, or nothing."""
        found = difflib.get_close_matches(word, self._functions(), 1, 0.75)
        return found[0] if found else ""

    def _functions(self) -> list[str]:
        own, known = self.scope.functions, (*BUILTINS, *DEFINITIONS, *catalogue_functions.activations(), *ELEMENTARY)
        return [*own, *known, *FUNCTION_WORDS]

    def close_quantity(self, word: str) -> str:
        """The declared tensor or dimension most like a word, or nothing."""
        found = difflib.get_close_matches(word, [*self.scope.values, *self.scope.dimensions], 1, 0.6)
        return found[0] if found else ""

    def known(self) -> str:
        stems = dict.fromkeys(name.partition("[")[0] for name in (*self.scope.values, *self.scope.dimensions))
        return ", ".join(sorted(stems)) or "nothing is declared"


def _by_key(names: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in names:
        found.setdefault(key(name), set()).add(name)
    return found
