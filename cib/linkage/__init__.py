"""Linkage of networks to known networks by public signals."""
