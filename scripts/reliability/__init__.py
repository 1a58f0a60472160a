"""Long tests of a running emulator: a soak test, and the latency of other clients during long work."""
