"""What people write, and what it means: notation, LaTeX, the catalogue, networks, and the graph of a formula."""
