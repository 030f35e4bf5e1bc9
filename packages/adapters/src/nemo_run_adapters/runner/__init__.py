"""The program that runs a serialised task, on any machine with Python."""
