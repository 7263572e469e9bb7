"""Candidate networks: members, evidence and degree of certainty."""
