"""Patches as questions: what a unified diff does to the structs of a model."""
