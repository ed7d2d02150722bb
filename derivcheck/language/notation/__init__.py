"""The equation language: plain text to a syntax tree, and the tree as text, LaTeX and MathML."""
