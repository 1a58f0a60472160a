"""What a test author's own process holds: an emulator in it or beside it, and sessions that lead there."""
