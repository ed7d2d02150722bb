"""LaTeX as people write it: to the syntax tree of the plain notation, with places in the LaTeX text.

text -> tex          the tree of TeX; its statements: chains of sides, remarks
     -> elements.py  its rows as they are walked: what only looks is gone
     -> parser.py    trees; names by what is declared, products by the types of their operands
"""
