"""The commands that ask a running emulator, or none at all: one module each, imported when its command is given."""
