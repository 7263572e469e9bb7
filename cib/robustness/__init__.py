"""Rerun a detection, and match the networks of reruns."""
