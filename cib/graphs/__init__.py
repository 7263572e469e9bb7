"""Interaction graphs, co-action graphs, and null models for their edges."""
