"""Profiles of networks: members, narratives, alternative explanations."""
