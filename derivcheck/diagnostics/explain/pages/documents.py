"""DC62x and DC63x: what becomes of the formulas of a document, and of the document itself."""

from __future__ import annotations

from derivcheck.diagnostics.explain.pages.explanation import Explanation, text_only

DOCUMENTS: dict[str, Explanation] = {
    "DC620": text_only(
        "a missing library",
        "Markdown needs markdown-it-py and mdit-py-plugins, LaTeX needs pylatexenc: pip install 'derivcheck-nn[documents]'.",
    ),
    "DC621": text_only(
        "not LaTeX, or no notebook",
        "The document cannot be divided into text and formulas: LaTeX whose groups do not end, an .ipynb that is no JSON with cells.",
    ),
    "DC622": text_only(
        "a document that is not here",
        "A sidecar without claims and without a loss judges nothing when its document is missing: say where it lies.",
    ),
    "DC623": text_only(
        "no formula",
        "Something stands where a formula would be, or looks like one: a dollar without its partner, an equation in plain text or outside of dollars, a relation inside brackets, a block that Markdown takes for code, a macro or an environment that says more than where a formula stands. It is counted as unread.",
    ),
    "DC624": text_only("unread by choice", "The sidecar says not to read this formula, and why."),
    "DC625": text_only(
        "defined anew",
        "The document gives a name another meaning than the spec; `from: {line N: {let: ...}}` says what it means from there on.",
    ),
    "DC626": text_only(
        "an update",
        "`W := W - alpha dL/dW` gives W a new value: that asserts nothing, unless the sidecar names the rule. `document: {updates: {W: W - alpha * dL/dW}}` has every update of W judged by it, `W_{t+1} = W_t - ...` and `W_{new} = W_{old} - ...` too.",
    ),
    "DC627": text_only(
        "no sidecar",
        "A document is judged with a spec that declares its network: NAME.derivcheck.yaml beside it, `derivcheck: FILE.yaml` in its front matter, or --spec. `derivcheck init --from notes.md` drafts one of what the text says, and lists what it asks.",
    ),
    "DC628": text_only(
        "under a condition",
        "Where `i ≠ j`, `z = 0` or `if` stands in the sentence, in the paragraph above a display or in the heading, what is not true of everything may be said under that condition alone. It is judged under the conditions that can be used, and the verdict says which; it stays unread where one of them cannot be, and is never refuted without it. A binding or an expectation for its line has it judged all the same.",
    ),
    "DC629": text_only(
        "indices alone", "`i = j` or `l = 1, ..., L` says where something else holds; by itself it asserts nothing."
    ),
    "DC630": text_only(
        "an example",
        "`y = [0, 1, 0]` or `z = 0` in the prose gives one value to something that has others: an example or a condition, no identity.",
    ),
    "DC631": text_only(
        "not a depth of the spec",
        "The head of a document says `depths: L = 2`: it is judged at that depth alone. The label must be the end of a family of the spec, and no other.",
    ),
    "DC632": text_only(
        "nothing could be read",
        "A document has formulas that assert something, and not one of them was read: each is listed with its reason. Declare the names and macros it uses in its sidecar, or expect the formulas to be unread there: `expect: {line 3: unread}`.",
    ),
    "DC633": text_only(
        "outside the folder",
        "A sidecar names a document below its own folder, or below the one that --documents or DERIVCHECK_DOCUMENTS gives; the front matter of a document names a sidecar below the folder of the document or the working directory. `..` and links are followed first: a spec that somebody else wrote reads and quotes no other file.",
    ),
    "DC634": text_only(
        "no kind of file that is known",
        "The ending of a name says what is read: documents in one of their formats, specs in YAML. A file with another ending is not taken for YAML, in which its first lines would be errors that nobody made.",
    ),
    "DC636": text_only(
        "what the text says that a name means",
        "`where u = W x + b`, `e := y - p`, a display that introduces a name: from there on the name means that, unless the sidecar says otherwise. Every verdict that rests on it says so. `document: {infer: false}` leaves the text out.",
    ),
    "DC637": text_only(
        "a choice, not an identity",
        "An input of the spec is set equal to something that has nothing to do with it, or inputs are restricted: `we set c = -max x`, `w = (XᵀX)⁻¹ Xᵀ t`. That holds of chosen values alone and asserts nothing of all. Formulas in the same sentence are judged under it.",
    ),
    "DC638": text_only(
        "no equation to derive",
        "A probability, a limit, where a minimum is attained: the formula says something that no derivation decides.",
    ),
    "DC639": text_only(
        "an arrow behind a condition",
        "`A = B \\Rightarrow C = D`: each side is judged. Where the first is no identity it is a condition, and the second "
        "is judged under it, or not at all.",
    ),
    "DC635": text_only(
        "a derivative set to zero",
        "`∂J/∂x = 0` in a document speaks of a point, such as a minimum: it is no identity, and what follows from it soon after holds there alone: it is judged under that equation, `AᵀA x = Aᵀ t` where the gradient vanishes, or not at all. A binding or an expectation for its line has it judged all the same.",
    ),
}
