"""The server: sockets, the way from HTTP to the core, and an end without loss."""
