"""The documentation as a site: Sphinx reads docs/*.md, Doxygen the public header.

    sphinx-build -W --keep-going docs build/docs

Needs docs/requirements.txt, doxygen, and the Python package with its library, from which its
reference comes (docs/contributing.md).
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

DOCS = Path(__file__).resolve().parent
SOURCE = DOCS.parent
HEADER = SOURCE / "include" / "digit" / "digit.h"


def header_version() -> str:
    parts = re.findall(r"#define DIGIT_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", HEADER.read_text())
    return ".".join(parts)


project = "libdigit"
author = "the libdigit contributors"
copyright = author
version = release = header_version()

extensions = ["myst_parser", "breathe", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["pictures/*.md", "requirements.txt"]
html_theme = "furo"
html_title = f"libdigit {version}"
html_show_sphinx = False
html_theme_options = {"light_css_variables": {"color-brand-primary": "#2e5fa8"}}

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
highlight_language = "none"

napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
autodoc_typehints = "signature"
autodoc_member_order = "bysource"

# ---- The header -----------------------------------------------------------------------------

DOXYFILE = """
PROJECT_NAME = libdigit
INPUT = digit.h
OUTPUT_DIRECTORY = .
GENERATE_XML = YES
GENERATE_HTML = NO
GENERATE_LATEX = NO
QUIET = YES
OPTIMIZE_OUTPUT_FOR_C = YES
EXTRACT_ALL = YES
TYPEDEF_HIDES_STRUCT = YES
JAVADOC_AUTOBRIEF = YES
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = DIGIT_API=
WARN_AS_ERROR = FAIL_ON_WARNINGS
"""


def grouped_header() -> str:
    """The header with its sections ("---- Model ----") as groups of Doxygen's."""
    text, groups = HEADER.read_text(encoding="ascii"), []

    def open_group(match: re.Match[str]) -> str:
        close = "/** @} */\n" if groups else ""
        groups.append(match[1])
        return f"{close}/** @defgroup {group_name(match[1])} {match[1]}\n * @{{ */"

    text = re.sub(r"^/\* -{4} ([A-Za-z ]+?) -+ \*/$", open_group, text, flags=re.M)
    assert groups, "the header has no sections any more"
    end = text.rindex("#ifdef __cplusplus")
    return text[:end] + "/** @} */\n" + text[end:]


def group_name(title: str) -> str:
    return title.split()[0].lower()


def run_doxygen(app: Sphinx, config: Config) -> None:
    folder = Path(app.doctreedir) / "doxygen"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "digit.h").write_text(grouped_header(), encoding="ascii")
    subprocess.run(["doxygen", "-"], input=DOXYFILE, text=True, cwd=folder, check=True)
    config.breathe_projects = {"libdigit": str(folder / "xml")}


breathe_default_project = "libdigit"
breathe_domain_by_extension = {"h": "c"}


def setup(app: Sphinx) -> None:
    app.connect("config-inited", run_doxygen)
