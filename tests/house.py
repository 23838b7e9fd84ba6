"""`python -m tests.house`: the shape of the house in figures, measured from its files alone.

Functions, imports and comments of `kaverun/`, and how much test there is to it; other codebases can be measured beside
it (`python -m tests.house FOLDER TESTS`).
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """A module by its dotted name; `imports` are those of the same package, wherever in the file they are asked for."""

    name: str
    path: Path
    tree: ast.Module
    imports: frozenset[str]

    @property
    def room(self) -> str:
        """The folder that it is in, or itself where it is in none."""
        steps = self.name.split(".")
        return steps[1] if len(steps) > 2 or (len(steps) == 2 and self.path.name == "__init__.py") else ""


def modules(package: Path = ROOT / "kaverun") -> dict[str, Module]:
    """The modules of a package by name. What is imported for annotations alone (`TYPE_CHECKING`) does not count."""
    paths = {_name(path, package): path for path in sorted(package.rglob("*.py"))}
    found = {}
    for name, path in paths.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found[name] = Module(name, path, tree, frozenset(_imports(tree, paths)) - {name})
    return found


def _name(path: Path, package: Path) -> str:
    steps = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(steps[:-1] if steps[-1] == "__init__" else steps)


def _imports(tree: ast.Module, paths: Mapping[str, Path]) -> Iterator[str]:
    skipped = {
        id(node)
        for check in ast.walk(tree)
        if isinstance(check, ast.If) and "TYPE_CHECKING" in ast.dump(check.test)
        for node in ast.walk(check)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in paths or node.module in paths:
                    yield inner if inner in paths else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in paths)


def longest_chain(found: Mapping[str, Module]) -> list[str]:
    """The longest way down the imports. Raises `ValueError` naming the modules of a circle, where there is one."""
    known: dict[str, list[str]] = {}

    def chain(name: str, above: tuple[str, ...]) -> list[str]:
        if name in above:
            raise ValueError(f"a circle of imports: {' > '.join((*above[above.index(name) :], name))}")
        if name not in known:
            below = [chain(one, (*above, name)) for one in sorted(found[name].imports) if one in found]
            known[name] = [name, *max(below, key=len, default=[])]
        return known[name]

    return max((chain(name, ()) for name in found), key=len, default=[])


def figures(package: Path, tests: Path) -> dict[str, float]:
    """The shape of a package in figures, by the words of the table that the house is compared in."""
    found = modules(package)
    functions = [node for module in found.values() for node in ast.walk(module.tree) if isinstance(node, Function)]
    lengths = [(node.end_lineno or node.lineno) - node.lineno + 1 for node in functions]
    private = [node for node in functions if node.name.startswith("_") and not node.name.startswith("__")]
    public = [node for node in functions if not node.name.startswith("_")]
    lines = {module.path: module.path.read_text(encoding="utf-8") for module in found.values()}
    documented = [node for node in public if ast.get_docstring(node) is not None]
    comments, code = (sum(map(count, lines.values())) for count in (_comments, _code))
    tested = sum(_code(path.read_text(encoding="utf-8")) for path in tests.rglob("*.py"))
    return {
        "lines": sum(text.count("\n") for text in lines.values()),
        "modules": len(found),
        "lines of a module, mean": mean(text.count("\n") for text in lines.values()),
        "lines of a function, mean": mean(lengths),
        "lines of a function, median": median(lengths),
        "lines of a function, longest": max(lengths),
        "private functions, %": 100 * len(private) / len(functions),
        "longest chain of imports": len(longest_chain(found)),
        "comments per 100 lines of code": 100 * comments / code,
        "test : code": tested / code,
        "public functions with docstring, %": 100 * len(documented) / len(public),
    }


def _comments(text: str) -> int:
    return sum(token.type == tokenize.COMMENT for token in tokenize.generate_tokens(io.StringIO(text).readline))


def _code(text: str) -> int:
    """Lines that hold more than white space, a comment or a docstring."""
    tree, without = ast.parse(text), set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            without.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    rows = enumerate(text.splitlines(), 1)
    return sum(bool(row.strip()) and not row.lstrip().startswith("#") and number not in without for number, row in rows)


def main() -> None:
    package, tests = map(Path, sys.argv[1:3]) if len(sys.argv) > 2 else (ROOT / "kaverun", ROOT / "tests")
    sys.stdout.writelines(f"{words:<36}{value:>10,.1f}\n" for words, value in figures(package, tests).items())


if __name__ == "__main__":
    main()
