"""Where statements come from besides a spec: documents, and the answers of a class."""
