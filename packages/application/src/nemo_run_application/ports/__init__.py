"""What the use cases need from the outside; each port is a protocol in a file of its own."""
