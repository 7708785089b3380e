"""Settings of Sphinx for the book.  `make book` builds it; README.md tells how it is made."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "_ext"))

project = "The Rushlight book"
author = "The Rushlight project"
copyright = "the Rushlight project, Apache-2.0"
html_title = "Spark, seen by a rushlight"

extensions = ["myst_parser", "show_listing", "show_output",
              "show_trace", "show_steps", "show_picture",
              "measured", "default_setting", "source_file", "lab_link"]
myst_enable_extensions = ["deflist", "attrs_inline"]
myst_heading_anchors = 3
exclude_patterns = ["README.md", "_ext", "_drawn", "programs"]
nitpicky = True
highlight_language = "text"
smartquotes = False         # programs' output is quoted to the letter

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
