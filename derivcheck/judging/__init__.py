"""From a statement to a verdict that explains itself: measured derivatives, witnesses, diagnoses, suggestions.

A `statement` goes before a `panel` of examiners, one for each depth of its network. Each link of its chain has its
`hearing`: derivatives are measured (`measurement`), the `judge` compares the two sides by `proof`, field and numbers,
and what is wrong is searched for (`diagnose`, `edits`) and shown (`witness`). `rulings` makes one verdict of those at
all depths and labels, `reach` says how far it holds, `rivals` what other readings of its text would say.
"""
