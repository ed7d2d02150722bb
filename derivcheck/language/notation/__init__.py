"""The equation language: plain and LaTeX text, one syntax tree, and back to text."""
