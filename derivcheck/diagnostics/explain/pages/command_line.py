"""DC60x to DC61x, DC64x and DC665 to DC69x: what is wrong with files, options and what is asked for."""

from __future__ import annotations

from derivcheck.diagnostics.explain.pages.explanation import Explanation, text_only

COMMAND_LINE: dict[str, Explanation] = {
    "DC601": text_only("no such file", "The file does not exist."),
    "DC602": text_only("a folder", "A folder stands where a file is expected."),
    "DC603": text_only("cannot be read", "The operating system refuses to open the file."),
    "DC604": text_only("not a text file", "The file is not UTF-8 text, or larger than 2 MiB."),
    "DC605": text_only(
        "unknown function", "show-jacobian knows the functions of `derivcheck list` and their arguments."
    ),
    "DC606": text_only("not a size or point", "--size takes 3 or 2x2, --at numbers separated by commas."),
    "DC607": text_only(
        "needs a spec",
        "An equation on its own speaks of vectors and square matrices of one size; others, and the derivatives of a loss, need --spec.",
    ),
    "DC608": text_only("nothing found", "There is no spec to judge; that is never success."),
    "DC609": text_only("no loss", "Gradients need a loss."),
    "DC610": text_only("unknown tensor", "The name after --wrt is not declared."),
    "DC611": text_only(
        "unknown topic or code",
        "The topics are listed by `derivcheck explain`, all codes by `derivcheck list codes`.",
    ),
    "DC612": text_only("no witness", "Only a refuted equation has a witness."),
    "DC613": text_only(
        "cannot be written",
        "The operating system refuses the output: a full disk, a closed device, or a folder that is not there.",
    ),
    "DC614": text_only("not sizes", "--sizes takes dimensions and positive numbers: --sizes n0=784,n1=100,M=32."),
    "DC615": text_only(
        "a missing library",
        "Plots need matplotlib: pip install 'derivcheck-nn[plot]'. The language server needs pygls: pip install 'derivcheck-nn[lsp]'.",
    ),
    "DC616": text_only("not a plot file", "A plot is written to a file whose name ends in .svg or .png."),
    "DC617": text_only(
        "no mistake to explain",
        "`explain --claim FILE:LABEL` names a claim of a spec or document that is refuted or has no meaning.",
    ),
    "DC640": text_only(
        "not a selection",
        "-k takes parts of names with and, or, not and brackets; quote what contains blanks: -k \"mlp and not 'as printed'\".",
    ),
    "DC641": text_only(
        "nothing selected",
        "No claim, gradient or file has a name that matches the expression of -k; that is never success.",
    ),
    "DC642": text_only(
        "not a configuration",
        '[tool.derivcheck] of the nearest pyproject.toml takes the names of options as keys: strict = true, jobs = 4, sizes = "n0=784".',
    ),
    "DC643": text_only("no timers", "--timeout interrupts a file by an interval timer, which POSIX systems have."),
    "DC644": text_only(
        "not within the time",
        "The file was given up after the seconds of --timeout; nothing is known of it. Give it more time, smaller sizes, or fewer claims.",
    ),
    "DC645": text_only(
        "a process ended",
        "One of the processes of --jobs ended before it was done, for instance because the system ran out of memory.",
    ),
    "DC646": text_only(
        "not an option",
        "An environment variable looks like one of the options DERIVCHECK_STRICT, DERIVCHECK_FAIL_ON, ..., and is none. It has no effect.",
    ),
    "DC647": text_only(
        "options that do not go together",
        "--timeout is a positive number of seconds, --claim-timeout one from 0; --watch writes text to the terminal and nothing else, no files.",
    ),
    "DC648": text_only(
        "not a baseline",
        "--baseline takes the file that --update-baseline writes: JSON with the findings that are known and pass, by file, code and text.",
    ),
    "DC665": text_only(
        "not a report",
        "--report takes a format and a file that is no spec and no other report's: --report html=report.html.",
    ),
    "DC681": text_only(
        "exists already", "`derivcheck init` writes new files only; give another name, or remove the file yourself."
    ),
    "DC682": text_only(
        "nothing to judge",
        "The spec declares neither a loss nor a claim, and has no document; that is never success. Declare what is to be judged.",
    ),
    "DC683": text_only(
        "no such gradient",
        "A declared tensor stands in no layer and has no member at any depth, so that there is nothing to derive by it.",
    ),
    "DC684": text_only(
        "not a list of claims or specs",
        "Functions, layers, losses and codes are the same for every spec; only `list claims` and `list specs` read specs.",
    ),
    "DC685": text_only("not a name of a spec", "A spec is a YAML file: its name ends in .yaml or .yml."),
    "DC686": text_only(
        "not written",
        "The operating system refuses to create the file: no such device, no permission, or a folder that is a file.",
    ),
    "DC690": text_only(
        "no code of an opaque loss",
        "A loss that is declared `opaque` has derivatives with names but no value; NumPy source needs its formula. An opaque entrywise function becomes an argument.",
    ),
    "DC691": text_only(
        "a size that no array has",
        "Sizes are read off the shapes of the arguments; one that occurs only inside a sum such as n - k + 1, or in a formula alone, cannot be.",
    ),
    "DC692": text_only(
        "differentials in a document",
        "Lines of differentials hold everything but one variable, which is said in words before them. A document is judged formula by formula and would not know; `--style differential` writes text, `--style matrix` documents as well.",
    ),
    "DC693": text_only(
        "no lines to lead from one to the other",
        "`derive --claim LABEL --between 1 2` fills in what a claimed derivation skips between two of its lines, counted from 1; 0 is the left side of the first. Lines that are not equal have nothing between them: `verify` shows which is wrong.",
    ),
}
