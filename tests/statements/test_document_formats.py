"""Which files are documents, of which format, and what is said of a file that is none."""

from __future__ import annotations

import importlib
import pathlib
from pathlib import Path

import pytest

from derivcheck.cli.main import run
from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.pipeline.verification import verify_document, verify_file
from derivcheck.statements.document import passages
from derivcheck.statements.document.formats import FORMATS, SPECS, SUFFIXES, format_of, is_document
from derivcheck.statements.document.passages import read_manuscript

FOLDER = Path(passages.__file__).parent
SPEC = "tensors: {x: n, y: n}\nloss: {L: 'sse(x, y)'}\n"


def test_every_module_that_reads_a_document_is_a_format_by_its_name() -> None:
    readers = {path.stem for path in FOLDER.glob("*.py") if f"def {path.stem}_manuscript(" in path.read_text()}
    assert readers == set(FORMATS)
    assert len(SUFFIXES) == sum(map(len, FORMATS.values()))
    for name in FORMATS:
        assert callable(getattr(importlib.import_module(f"{passages.__package__}.{name}"), f"{name}_manuscript"))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_ending_is_read_whatever_its_capitals(suffix: str) -> None:
    for spelled in (suffix, suffix.upper()):
        assert format_of(f"folder/notes{spelled}") == SUFFIXES[suffix]
        assert is_document(f"folder/notes{spelled}")
        assert read_manuscript("", f"notes{spelled}").passages == ()


def test_a_spec_is_no_document_nor_is_what_has_no_ending(tmp_path: pathlib.Path) -> None:
    for name in (*(f"a{suffix}" for suffix in SPECS), "a.YAML", "pipe", "/dev/stdin"):
        assert not is_document(tmp_path / name)


def test_a_file_with_another_ending_is_not_taken_for_yaml(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "notes.docx"
    notes.write_text("# Backpropagation\n\n$\\delta = y - p$\n")
    assert run(["verify", str(notes), "--format", "concise"]) == 2
    said = capsys.readouterr().out
    assert said.startswith(f"{notes}:1:1: DC634 `{notes}` is not read: `.docx` is no ending of a document or a spec")
    with pytest.raises(DerivcheckError) as caught:
        is_document(notes)
    known = dict(caught.value.diagnostic.notes)
    assert known == {"documents": " ".join(SUFFIXES), "specs": ".yaml .yml .json"}
    assert run(["verify", str(tmp_path / "absent.docx"), "--format", "concise"]) == 2
    assert "DC601 no such file" in capsys.readouterr().out


def test_a_sidecar_names_a_document_of_a_known_format(tmp_path: pathlib.Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text(SPEC + "document: {file: notes.docx}\n")
    error = verify_file(spec).error
    assert error is not None and error.where is not None
    assert (error.code, error.where.line, error.where.column) == ("DC634", 3, 18)
    (tmp_path / "chapter").write_text("$x = x$")
    error = verify_document(tmp_path / "chapter", spec).error
    assert error is not None
    assert (error.code, error.message.partition(": ")[2]) == ("DC634", "no ending says that it is a document")
