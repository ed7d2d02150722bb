"""LaTeX of an author as MathML, for the eye only: it is drawn whatever it means, and what is unknown stands there."""
