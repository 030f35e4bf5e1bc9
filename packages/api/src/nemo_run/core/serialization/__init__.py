"""Configurations as text."""
