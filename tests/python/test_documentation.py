"""What is public is documented, and what is documented runs."""

import dataclasses
import doctest
import inspect
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT, run_python

import libdigit
from libdigit import Model
from libdigit.sklearn import DigitClassifier

README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "python.md"

FUNCTIONS = [libdigit.load_idx, libdigit.normalize, libdigit.build_info, libdigit.version]
for _name in ("keras", "onnx", "plot", "torch"):
    _module = getattr(libdigit, _name)
    FUNCTIONS += [getattr(_module, one) for one in _module.__all__]
FUNCTIONS.append(libdigit.bulk.run)
METHODS = [
    getattr(Model, name)
    for name in vars(Model)
    if not name.startswith("_") and callable(getattr(Model, name))
]
METHODS += [libdigit.bulk.Recognizer.rows]
METHODS += [DigitClassifier.fit, DigitClassifier.predict, DigitClassifier.predict_proba]
CLASSES = [getattr(libdigit, n) for n in libdigit.__all__ if inspect.isclass(getattr(libdigit, n))]


@pytest.mark.parametrize("thing", FUNCTIONS + METHODS + CLASSES, ids=lambda t: t.__qualname__)
def test_docstring(thing):
    text = inspect.getdoc(thing)
    assert text and re.match(r"[A-Z][^\n]*[.:]\n|[A-Z][^\n]*\.$", text), "a summary line"
    for section in re.findall(r"^(\w+)\n-+$", text, flags=re.M):
        assert section in ("Parameters", "Returns", "Raises", "Attributes", "Notes", "Examples")


WITH_PARAMETERS = [*FUNCTIONS, *METHODS, Model, DigitClassifier, libdigit.bulk.Recognizer]


@pytest.mark.parametrize("thing", WITH_PARAMETERS, ids=lambda t: t.__qualname__)
def test_every_parameter_is_described(thing):
    text = inspect.getdoc(thing)
    for name in inspect.signature(thing).parameters:
        if name != "self":
            assert re.search(rf"^(\w+, )*{name}(, \w+)* : ", text, flags=re.M), name


@pytest.mark.parametrize("thing", FUNCTIONS + METHODS, ids=lambda t: t.__qualname__)
def test_results_and_hints(thing):
    signature = inspect.signature(thing)
    assert signature.return_annotation is not inspect.Signature.empty
    for name, parameter in signature.parameters.items():
        assert name == "self" or parameter.annotation is not inspect.Parameter.empty
    if signature.return_annotation not in ("None", None):
        assert "Returns\n-------" in inspect.getdoc(thing)


@pytest.mark.parametrize(
    "record", [libdigit.Metrics, libdigit.ModelInfo, libdigit.Progress, libdigit.bulk.Summary],
    ids=lambda t: t.__name__
)
def test_every_attribute_is_described(record):
    text = inspect.getdoc(record)
    for field in dataclasses.fields(record):
        assert re.search(rf"^(\w+, )*{field.name}(, \w+)* : ", text, flags=re.M), field.name


def test_properties():
    for name in ("info", "threads"):
        assert inspect.getdoc(getattr(Model, name))


def test_modules():
    folder = ROOT / "bindings" / "python" / "libdigit"
    for path in folder.rglob("*.py"):
        assert path.read_text().startswith('"""'), path.name
    assert (folder / "py.typed").exists()
    listed = (ROOT / "bindings" / "python" / "meson.build").read_text()
    for path in folder.rglob("*"):
        if path.suffix in (".py", ".typed"):
            name = path.relative_to(folder.parent)
            assert f"'{name}'" in listed, f"{name} would not be installed"


def test_public_names_say_where_they_live():
    for name in libdigit.__all__:
        assert getattr(getattr(libdigit, name), "__module__", "libdigit") == "libdigit"


def test_doctests():
    names = {"libdigit": libdigit}
    finder = doctest.DocTestFinder()
    runner = doctest.DocTestRunner()
    for test in finder.find(libdigit, "libdigit", extraglobs=names):
        runner.run(test)
    assert runner.summarize().failed == 0 and runner.tries > 0


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), flags=re.M | re.S)


def pictures():
    """The sample pictures, for programs that take some."""
    folder = ROOT / "examples" / "pictures"
    return sorted(p for p in folder.glob("*") if p.suffix in (".png", ".jpg", ".bmp"))


@pytest.mark.skipif(not README.exists(), reason="no README")
def test_python_of_the_readme_runs():
    found = blocks(README, "python")
    assert found
    for code in found:
        if "PIL" in code:
            pytest.importorskip("PIL")
        done = run_python(code, *pictures())
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()


@pytest.mark.skipif(not README.exists(), reason="no README")
@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_c_of_the_readme_compiles_and_runs(tmp_path, library_path):
    found = blocks(README, "c")
    assert found
    (tmp_path / "libdigit.so").symlink_to(library_path.resolve())
    for code in found:
        source, program = tmp_path / "example.c", tmp_path / "example"
        source.write_text(code)
        subprocess.run(
            ["cc", "-Wall", "-Werror", "-I", str(ROOT / "include"), str(source)]
            + ["-o", str(program), "-L", str(tmp_path), "-ldigit"]
            + [f"-Wl,-rpath,{tmp_path}", f"-Wl,-rpath,{library_path.resolve().parent}"],
            check=True,
        )
        done = subprocess.run([program], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and done.stdout.strip(), done.stderr


@pytest.mark.skipif(not (ROOT / "examples" / "hello.py").exists(), reason="no examples")
def test_hello_example():
    pytest.importorskip("PIL")
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "hello.py", *pictures()],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(pictures()) > 0


@pytest.mark.parametrize("number", range(len(blocks(GUIDE, "python")) if GUIDE.exists() else 0))
def test_guide(number, tmp_path, idx_files, gzip_files):
    """The blocks of docs/python.md, each run after a preamble that makes what it speaks of."""
    preamble = (
        "import os, sys, numpy as np, libdigit\n"
        "picture = np.full((90, 70), 255, np.uint8); picture[20:70, 30:38] = 0\n"
        "images, labels = libdigit.load_idx('images', 'labels')\n"
        "model = libdigit.Model('dense 10')\n"
    )
    done = run_python(
        f"import os; os.chdir({str(tmp_path)!r})\n" + preamble + blocks(GUIDE, "python")[number]
    )
    assert done.returncode == 0, done.stderr


PIPELINES = ROOT / "docs" / "pipelines.md"


@pytest.mark.skipif(not PIPELINES.exists(), reason="no docs")
def test_python_of_the_pipelines_runs():
    pytest.importorskip("PIL")
    [code] = blocks(PIPELINES, "python")
    done = run_python(f"import os; os.chdir({str(ROOT)!r})\n{code}")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split("\n", 1)
    assert first == "Member"
    assert second.strip() == "45790185", "not what the other engine read"


@pytest.mark.skipif(not PIPELINES.exists(), reason="no docs")
@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_c_of_the_pipelines_returns_valid_fields_only(tmp_path):
    """Linked to a library made up here, whose only field is valid if its box is that wide."""
    [code] = blocks(PIPELINES, "c")
    source, program = tmp_path / "card.c", tmp_path / "card"
    source.write_text(
        code
        + r"""
#include <stdio.h>
static digit_field_text found = { .text = "79927398713" };
void digit_field_init(digit_field *field, size_t size)
{
    *field = (digit_field){ .size = size, .min_digits = 1 };
}
digit_status digit_model_read_fields(const digit_model *model, const digit_image *image,
                                     const digit_field *fields, size_t count,
                                     const digit_read_options *options, digit_reading **out)
{
    (void)model; (void)image; (void)options; (void)out;
    found.flags = fields->box.width == 300 ? DIGIT_FIELD_VALID : 0;
    return count == 1 && fields->check == DIGIT_CHECK_LUHN && fields->box.width > 0
               ? DIGIT_OK : DIGIT_ERR_ARGUMENT;
}
const digit_field_text *digit_reading_fields(const digit_reading *reading, size_t *count)
{
    (void)reading; (void)count;
    return &found;
}
static const char *read_box(int width)
{
    digit_reading *reading = NULL;
    return card_number(NULL, NULL, (digit_box){ 0, 0, width, 40 }, &reading);
}
int main(void)
{
    puts(read_box(300));
    return read_box(200) != NULL || read_box(0) != NULL;
}
"""
    )
    subprocess.run(
        ["cc", "-Wall", "-Wextra", "-Werror", "-I", str(ROOT / "include"), str(source)]
        + ["-o", str(program)],
        check=True,
    )
    done = subprocess.run([program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "79927398713\n")
