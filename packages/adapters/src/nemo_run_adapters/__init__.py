"""Backends, stores and consoles: everything that talks to a system."""
