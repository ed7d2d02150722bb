"""The pipeline: a spec or a document in, a report out, with a memory of what was done."""
