"""Robustness: reruns of a detection, and matching of their networks."""
