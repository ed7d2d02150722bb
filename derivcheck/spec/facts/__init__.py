"""What may be given of a tensor: the kinds of facts, each declared once."""
