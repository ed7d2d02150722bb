"""Homework: many people's answers to the claims of one spec, judged and marked."""
