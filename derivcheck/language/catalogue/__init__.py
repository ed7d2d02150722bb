"""Forward definitions of activations, layers and losses; derivatives are never written down here."""
