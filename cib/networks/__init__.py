"""Candidate networks: who belongs together, on what evidence, and how sure."""
