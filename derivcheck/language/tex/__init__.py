"""TeX as text: its commands, its tokens, and the tree that they make; nothing here knows of a network."""
