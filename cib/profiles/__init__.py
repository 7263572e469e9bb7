"""Profile networks: members, narratives, alternative explanations."""
