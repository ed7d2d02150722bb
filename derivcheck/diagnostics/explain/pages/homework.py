"""DC65x and DC66x: answers of a class, and the options of grading."""

from __future__ import annotations

from derivcheck.diagnostics.explain.pages.explanation import Explanation, text_only

HOMEWORK: dict[str, Explanation] = {
    "DC650": text_only("not an answers file", "Answers are read from .csv, .tsv, .yaml, .yml and .json files."),
    "DC651": text_only(
        "a column is missing",
        "Answers say who answers which claim with which equation: columns who, claim and equation, or who and a column for each question.",
    ),
    "DC652": text_only("nobody's answer", "An answer needs the person it is from."),
    "DC653": text_only(
        "no such question",
        "The questions are the claims of the spec that are expected to hold; answers and --points name them as the spec does.",
    ),
    "DC654": text_only(
        "not a table",
        "A row has more cells than the header, or quotes do not match: quote an equation that has the separator in it.",
    ),
    "DC655": text_only("nothing is asked", "Grading needs a spec whose claims are the questions."),
    "DC656": text_only("not points", "--points takes a question and a number: --points W1=2."),
    "DC657": text_only(
        "not a credit",
        "--credit takes the code of a mistake and a fraction from 0 to 1: --credit DC203=0.5; a YAML file maps codes to fractions.",
    ),
    "DC658": text_only(
        "no such notation",
        "A notation is plain or latex; without one, a text with a backslash or a dollar sign is LaTeX.",
    ),
    "DC659": text_only("took too long", "The answer was not decided within --timeout seconds: a person has to."),
    "DC660": text_only("restates the question", "The right side says again what is asked: it is true, and no answer."),
    "DC661": text_only(
        "another question's answer", "The left side is not the quantity that is asked, or only a part of it."
    ),
    "DC662": text_only(
        "a derivative is left",
        "The equation is true, but its right side speaks of a derivative that neither the spec's own claim uses nor an earlier question asks: a person has to decide.",
    ),
    "DC663": text_only("no equation that answers", "An answer is an equation, without a condition of its own."),
    "DC664": text_only("no answers", "The file holds no answers: that is never success."),
}
