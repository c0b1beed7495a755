"""The documentation site: ``make docs`` builds it, with every warning an error.  Nothing is fetched."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "_ext")]

import verifier  # noqa: E402

project = "verifier"
author = "the authors of verifier"
release = version = verifier.__version__
copyright = author

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx_click", "offline"]
# Pages stand where they are read in the repository; links between them are those that hold there.
root_doc = "docs/index"
include_patterns = ["docs/**", "benchmarks/*.md", "examples/**", "CHANGELOG.md", "CONTRIBUTING.md"]
exclude_patterns = [".*", "build", "verifier", "lemmas", "checks", "tests", "docs/example", "**/.ipynb_checkpoints"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 4
nb_execution_mode = "off"  # outputs are stored; the slow tests execute the notebooks and compare
highlight_language = "text"
nitpicky = True
suppress_warnings = ["ref.python"]  # a word in a signature that is two classes; what is not found is another warning

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
add_module_names = False

html_theme = "furo"
html_title = "verifier"
html_static_path = ["_static", str(Path(verifier.__file__).parent / "report" / "fonts")]  # the maths font of reports
html_css_files = ["site.css"]
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_extra_path = ["_root"]
html_theme_options = {"navigation_with_keys": True}
html_math_renderer = "mathml"
