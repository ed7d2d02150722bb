"""The derived graph as NumPy source: a forward pass and a backward pass that need nothing but NumPy.

scalars.py      scalar expressions, and the named functions with their derivatives
arrays.py       array expressions with their axes: aligned, contracted, summed
identifiers.py  Python names for the names of a spec
function.py     one line for each quantity and each adjoint
trial.py        what was written is run, and compared with the graph
"""
