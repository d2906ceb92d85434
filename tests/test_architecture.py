"""The shape of the code: imports point one way, data folders hold no Python, nothing heavy loads unasked."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "app").rglob("*.py"))
LAYERS = (
    ("__init__", "errors", "records"),
    ("strict_yaml", "settings", "tables", "html_page"),
    ("understand", "shop"),
    ("outgoing",),
    ("reply", "models"),
    ("recall",),
    ("pipeline",),
    ("labelled",),
    ("check", "review_desk", "evaluate", "training", "show", "scaffold"),
    ("desk",),
    ("service", "gallery"),
    ("inputs", "terminal"),
    ("export_command", "import_command", "model_commands", "notice_command", "review_command", "script_commands"),
    ("cli",),
    ("__main__",),
)
"""A module may import from layers above its own in this list and from its own part, never from a part beside it."""
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}
DATA = ("intents", "scripts_zh", "rules_zh", "lexicon_zh", "shops", "models")
HEAVY = (
    "sklearn",
    "scipy",
    "pypinyin",
    "jieba",
    "opencc",
    "openpyxl",
    "fastapi",
    "uvicorn",
    "sqlalchemy",
    "alembic",
)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part(module: str) -> str:
    """Give the part of app/ that a dotted module name belongs to."""
    return [*module.split("."), "__init__"][1]


def imports(path: Path) -> list[str]:
    """List what a file imports from app, at the top or inside a function, with the names it takes."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            found += [f"{base}.{alias.name}" if base == "app" else base for alias in node.names]
    return [module for module in found if module.split(".")[0] in ("app", "")]


def modules(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def ids(path: Path) -> str:
    return name(path)


def test_every_part_has_its_place() -> None:
    assert {part(modules(path)) for path in FILES} == set(LEVEL)


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_imports_point_one_way(path: Path) -> None:
    own = part(modules(path))
    wrong = []
    for module in imports(path):
        assert not module.startswith("."), f"{name(path)}: relative import {module}"
        other = part(module) if part(module) in LEVEL else "__init__"
        if other != own and LEVEL[other] >= LEVEL[own]:
            wrong.append(module)
    assert wrong == [], f"{name(path)} must not import {wrong}"


def test_no_module_imports_itself_by_a_detour() -> None:
    known = {modules(path).removesuffix(".__init__"): path for path in FILES}
    ahead = {module: {one for one in _modules(path, known) if one != module} for module, path in known.items()}
    while free := [module for module, needs in ahead.items() if not needs & ahead.keys()]:
        for module in free:
            del ahead[module]
    assert ahead == {}, f"import cycle among {sorted(ahead)}"


def _modules(path: Path, known: dict[str, Path]) -> set[str]:
    """Give the modules a file imports; `from app.understand import tone` is app.understand.tone."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module or ""}
    return (found & known.keys()) - {"app", *(module for module in known if known[module].name == "__init__.py")}


def test_data_folders_hold_no_python() -> None:
    assert [name(path) for folder in DATA for path in (ROOT / folder).rglob("*.py*")] == []


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_errors_are_raised_and_caught_by_name(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    assert [node.lineno for node in nodes if isinstance(node, ast.Assert)] == []
    assert [node.lineno for node in nodes if isinstance(node, ast.ExceptHandler) and node.type is None] == []


def test_one_place_alone_catches_everything() -> None:
    """Count `except Exception` and handlers registered for Exception: the web border has the only one."""
    broad = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            caught = []
            if isinstance(node, ast.ExceptHandler) and node.type is not None:
                caught = list(ast.walk(node.type))
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in (
                "exception_handler",
                "add_exception_handler",
                "suppress",
            ):
                caught = node.args
            if any(isinstance(one, ast.Name) and one.id in ("Exception", "BaseException") for one in caught):
                broad.append(name(path))
    assert broad == ["app/service/faults.py"]


@pytest.mark.parametrize("module", ["app.cli", "app.pipeline", "app.service.schema"])
def test_nothing_heavy_loads_before_it_is_needed(module: str) -> None:
    code = f"import sys, {module}; print(*(sys.modules.keys() & {set(HEAVY)!r}))"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603
    assert ran.stdout.split() == []


def test_the_service_starts_without_what_only_training_and_files_need() -> None:
    code = "import sys, app.service.web; print(*(sys.modules.keys() & {'sklearn', 'scipy', 'pypinyin', 'openpyxl'}))"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603
    assert ran.stdout.split() == []


def test_a_trained_model_answers_without_what_trained_it(pipeline: object) -> None:
    code = (
        "import sys; from app import pipeline; from app.settings import Settings;"
        "knowledge = pipeline.load_knowledge(Settings());"
        "ready = pipeline.build(knowledge, pipeline.load_model(knowledge));"
        "assert ready.classify('几点发货').known;"
        "print(*(sys.modules.keys() & {'sklearn', 'scipy', 'pypinyin'}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603
    assert ran.stdout.split() == []
