"""Configuration of Sphinx, which `scripts/docs` runs."""

project = "artifact-emulator"
author = "the artifact-emulator authors"
copyright = author  # noqa: A001 - Sphinx's name.

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

html_theme = "furo"
html_title = "artifact-emulator"
html_static_path: list[str] = []
html_extra_path = ["scenario.schema.json"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
