"""Bundling: an ES module and all that it imports, as one classic script.

A browser loads no modules from file: addresses, since such a page has an opaque origin, so a page that opens
from disk needs its modules inside it. Each module becomes a function of its own: its names stay its own, and
its exports are values in a table. The modules run in the order that ECMAScript prescribes, the imported ones
before the importing one.

Only the forms of import and export that the modules of this site use are supported, each on one line. JavaScript
is not parsed, so every other line with the word `import` or `export` is refused, even where the word is in a
string. Comment lines and property names (`urls.export`) may contain it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from geo.errors import BadSource

_NAME = r"[A-Za-z_$][\w$]*"
_BINDING = rf"{_NAME}(?: as {_NAME})?"
_IMPORT = re.compile(rf'import \{{ ({_BINDING}(?:, {_BINDING})*) \}} from "(\.\.?/[^"]+\.js)";')
_EXPORT = re.compile(rf"export ((?:const|class|function|async function) ({_NAME})\b.*)")
_MODULE_WORD = re.compile(r"(?<![\w$.])(?:import|export)(?![\w$])")
_FORMS = 'import { a, b as c } from "./x.js";   export const|class|function|async function'


class Import(NamedTuple):
    """One import statement: its line in the file, the names it takes and the module it takes them from."""

    line: int
    names: tuple[str, ...]
    source: Path


class Module(NamedTuple):
    """A module: its path below the folder of modules, its imports and exports, and its text without them."""

    name: str
    imports: tuple[Import, ...]
    exports: tuple[str, ...]
    text: str


def bundle(root: Path, entry: str) -> str:
    """A classic script equivalent to the module `entry`, a path below the folder `root`.

    The same files give the same text. BadSource, with file and line, for an unsupported form of import or
    export, a module or name that does not exist, and circular imports.
    """
    modules: dict[Path, Module] = {}
    _collect(root.resolve(), (root / entry).resolve(), modules, ())
    bodies = "\n".join(_function(module, modules) for module in modules.values())
    return f'(async () => {{\n"use strict";\nconst $modules = {{}};\n{bodies}}})();\n'


def _collect(root: Path, path: Path, modules: dict[Path, Module], trail: tuple[Path, ...]) -> None:
    """Add the module at `path` to `modules`, after everything that it imports."""
    if path in modules:
        return
    module = _module(root, path)
    for statement in module.imports:
        if statement.source in (*trail, path):
            raise _refusal(module.name, statement.line, "closes a circle of imports", "tạo vòng lặp import")
        if not (statement.source.is_relative_to(root) and statement.source.is_file()):
            raise _refusal(module.name, statement.line, "imports a missing file", "import một tệp không có")
        _collect(root, statement.source, modules, (*trail, path))
    modules[path] = module


def _module(root: Path, path: Path) -> Module:
    name = path.relative_to(root).as_posix()
    imports: list[Import] = []
    exports: list[str] = []
    text: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        rest = line
        if statement := _IMPORT.fullmatch(line):
            source = (path.parent / statement[2]).resolve()
            imports.append(Import(number, tuple(statement[1].split(", ")), source))
            rest = ""
        elif declaration := _EXPORT.fullmatch(line):
            exports.append(declaration[2])
            rest = declaration[1]
        if _MODULE_WORD.search(rest) and not rest.lstrip().startswith("//"):
            raise _refusal(
                name, number, f"has a form of import or export other than {_FORMS}", f"chỉ được dùng các dạng {_FORMS}"
            )
        text.append(rest)
    return Module(name, tuple(imports), tuple(exports), "\n".join(text).strip("\n"))


def _function(module: Module, modules: dict[Path, Module]) -> str:
    """The module as an immediately invoked function that stores its exports in the table.

    It is async because a module may use top-level await.
    """
    takes = "\n".join(_bindings(module, modules))
    gives = ", ".join(module.exports)
    return (
        f'\n$modules["{module.name}"] = await (async () => {{\n{takes}\n{module.text}\n'
        f"return {{ {gives} }};\n}})();\n"
    )  # fmt: skip


def _bindings(module: Module, modules: dict[Path, Module]) -> Iterator[str]:
    for line, names, path in module.imports:
        source = modules[path]
        for name in names:
            local_name = name.split(" as ")[0]
            if local_name not in source.exports:
                raise _refusal(
                    module.name,
                    line,
                    f"imports {local_name!r}, which {source.name} does not export",
                    f"import {local_name!r}, nhưng {source.name} không export tên đó",
                )
        yield f'const {{ {", ".join(names).replace(" as ", ": ")} }} = $modules["{source.name}"];'


def _refusal(name: str, line: int, en: str, vi: str) -> BadSource:
    return BadSource(f"{name}, line {line}: {en}.", f"{name}, dòng {line}: {vi}.")
