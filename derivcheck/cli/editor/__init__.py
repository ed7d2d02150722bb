"""The language server: what is written in an editor judged while it is written, and told at its place.

Only `server` speaks the protocol, and needs pygls; the others know texts, lines and columns that count from 1.
"""
