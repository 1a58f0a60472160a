"""The console, `/console`: the pages in which one does what the mission document does in AWS's.

It is a door to the same core: what is done on a page is a call of AWS, carried out, refused and recorded as any
other. A Flask application, imported when it is first asked.
"""

PREFIX = "/console"
