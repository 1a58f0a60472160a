"""Pages that manage worlds: the same operations as the control API's, without AWS calls."""
