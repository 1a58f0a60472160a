"""Generate the data files of the catalog, and print their ages and what changes: see scripts/update_catalogs.

A file is generated from packages that read AWS's own publications, or from a table in `tables` where AWS has only a
page for people. `heads.toml` has the date, the sources and the note of each.
"""
