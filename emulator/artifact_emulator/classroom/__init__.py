"""A classroom: a world for each student, and the sheet of links with which students and their teacher sign in."""
