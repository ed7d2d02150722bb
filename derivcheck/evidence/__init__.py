"""The three ways by which an equation is decided, and the points at which: canonical forms, a finite field, numbers."""
