"""Configurations as plain data: what YAML, JSON and TOML files hold."""
