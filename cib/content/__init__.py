"""Content of posts: normalised text, links and near duplicates."""
