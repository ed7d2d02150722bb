"""From a statement to a verdict that explains itself: measured derivatives, witnesses, diagnoses, suggestions."""
