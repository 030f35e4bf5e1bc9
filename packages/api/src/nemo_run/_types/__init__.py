"""Types of parameters: what annotations say, and how they are told to people."""
