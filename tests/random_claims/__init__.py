"""Random specs with claims whose truth is known: made, printed, evaluated and compared with the verdicts.

Nothing here but `judging` uses the package; `trees`, `duals` and `interpreter` read and
evaluate the plain language by themselves, so that no mistake of the package is theirs.
"""
