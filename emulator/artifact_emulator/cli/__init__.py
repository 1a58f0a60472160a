"""The command line: a module for each command, beside what commands share."""
