"""Prompts are files: this module finds, checks and renders them. Their wording is in prompts/*.md.

A file has front matter (`purpose`, `inputs`) and the sections `# system` and `# user`. It is split
into roles before anything is filled in, so that text from a paper can never become a role.
"""

from __future__ import annotations

import functools
import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rag.base.errors import PromptError
from rag.base.text import clean_line

Role = Literal["system", "user"]

_PACKAGE = Path(__file__).parents[1]
_ROLE = re.compile(r"^# (system|user)[ \t]*$", re.MULTILINE)
_FRONT = re.compile(r"---\n(?P<front>.*?)\n---\n(?P<body>.*)", re.DOTALL)
_FIELD = re.compile(r"([a-z_]+): *(.*\S) *")
_LIST = re.compile(r"\[([a-z_]+(?:, *[a-z_]+)*)\]")
# What the servers of open models take for the border of a role, even inside of a message.
_ROLE_MARK = re.compile(
    r"<(?=[|｜]|<SYS|/?(?:s|bos|eos|(?:start|end)_of_turn|im_(?:start|end)|think)>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT)\])"
)
_REMEMBERED = 32  # files, as they were read last
_INNER_QUOTES = str.maketrans("“”„", "‘’‘")  # a quotation ends where we say so
# What a template may hold: text, a name or its field, a condition, a loop. No filters or calls.
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.If,
    nodes.For,
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A checked prompt file. `version` is eight hex digits of the file's sha256."""

    name: str
    purpose: str
    inputs: tuple[str, ...]
    version: str
    sections: tuple[tuple[Role, Template], ...]

    def render(self, **inputs: object) -> list[Message]:
        """The messages with `inputs` filled in, as text and never as template.

        Raises:
            PromptError: an input is missing or unknown, or lacks a field that the file uses.
        """
        if set(inputs) != set(self.inputs):
            wanted = ", ".join(self.inputs)
            raise PromptError(f'The prompt "{self.name}" takes exactly these inputs: {wanted}.')
        try:
            return [Message(role, part.render(inputs).strip()) for role, part in self.sections]
        except TemplateError as error:
            raise PromptError(
                f'The prompt "{self.name}" cannot be filled in: {error.message}.'
            ) from error


def load(name: str, folder: Path | None = None) -> Prompt:
    """The prompt `name`, from `folder` if it is there, else the one that askpapers ships.

    Raises:
        PromptError: the file is missing or malformed, or uses other inputs than it declares.
    """
    path = _find(name, folder)
    try:
        return _parsed(name, path, path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"The prompt file {path} cannot be read as UTF-8 text.") from error


def prompt_id(name: str, folder: Path | None = None) -> str:
    """The prompt `name` as answers record it: with the beginning of the hash of its file.

    Raises:
        PromptError: its file cannot be used.
    """
    return f"{name}@{load(name, folder).version}"


@functools.lru_cache(maxsize=_REMEMBERED)
def _parsed(name: str, path: Path, data: bytes) -> Prompt:
    """A file that was read; each question reads it several times, and it hardly ever changes."""
    fields, body = _front_matter(data.decode("utf-8").replace("\r\n", "\n"), path)
    sources = _split(body, path)
    _check_template(sources, fields, path)
    environment = _environment()
    return Prompt(
        name=name,
        purpose=cast(str, fields["purpose"]),
        inputs=cast(tuple[str, ...], fields["inputs"]),
        version=hashlib.sha256(data).hexdigest()[:8],
        sections=tuple((role, environment.from_string(source)) for role, source in sources),
    )


def _find(name: str, folder: Path | None) -> Path:
    if folder is not None and not folder.is_dir():
        raise PromptError(
            f"PROMPTS_DIR names {folder}, which is not a folder. Correct or clear it."
        )
    # An installed package carries its prompts; beside it may lie a folder of somebody else.
    shipped = _PACKAGE / "_prompts"
    own = shipped if shipped.is_dir() else _PACKAGE.parent / "prompts"
    for place in (folder, own):
        if place is not None and (place / f"{name}.md").is_file():
            return place / f"{name}.md"
    raise PromptError(f'The prompt "{name}.md" is missing from {own}. Reinstall askpapers.')


def _front_matter(text: str, path: Path) -> tuple[Mapping[str, str | tuple[str, ...]], str]:
    found = _FRONT.fullmatch(text)
    if found is None:
        raise PromptError(f"{path} must begin with front matter between two lines of ---.")
    fields: dict[str, str | tuple[str, ...]] = {}
    for line in found["front"].split("\n"):
        field = _FIELD.fullmatch(line)
        if field is None or field[1] in fields:
            raise PromptError(f'{path}: the front matter line "{line}" is not "key: value".')
        listed = _LIST.fullmatch(field[2])
        fields[field[1]] = tuple(re.split(", *", listed[1])) if listed else field[2]
    if set(fields) != {"purpose", "inputs"} or not isinstance(fields["inputs"], tuple):
        raise PromptError(f'{path}: the front matter must be "purpose: …" and "inputs: [a, b]".')
    return fields, found["body"]


def _split(body: str, path: Path) -> list[tuple[Role, str]]:
    """The sections by role, before anything is rendered."""
    before, *parts = _ROLE.split(body)
    roles = parts[::2]
    if before.strip() or roles not in (["system", "user"], ["user"]):
        raise PromptError(f'{path} must hold "# system" and then "# user", and nothing before.')
    return [(cast(Role, role), text) for role, text in zip(roles, parts[1::2], strict=True)]


def _check_template(
    sources: list[tuple[Role, str]], fields: Mapping[str, str | tuple[str, ...]], path: Path
) -> None:
    used: set[str] = set()
    for _, source in sources:
        try:
            tree = _environment().parse(source)
        except TemplateSyntaxError as error:
            raise PromptError(f"{path} is no valid template: {error.message}") from error
        for fault in _faults(tree):
            raise PromptError(f"{path} uses {fault}; only if, for and loop.index are allowed.")
        used |= meta.find_undeclared_variables(tree)
    declared = fields["inputs"]
    if used != set(declared) or len(used) != len(declared):
        odd = ", ".join(sorted(used ^ set(declared))) or "a repeated name"
        raise PromptError(f"{path}: inputs declared and inputs used differ: {odd}.")


def _faults(node: nodes.Node) -> Iterator[str]:
    """What a template holds that it may not, in the order of the file."""
    for child in node.iter_child_nodes():
        if not isinstance(child, _ALLOWED):
            yield type(child).__name__.lower()
        elif isinstance(child, nodes.For) and child.recursive:
            yield "a recursive loop"
        elif isinstance(child, nodes.Getattr) and _is_closed(child):
            yield f"the field {child.attr}"
        yield from _faults(child)


def _is_closed(field: nodes.Getattr) -> bool:
    of_loop = isinstance(field.node, nodes.Name) and field.node.name == "loop"
    return field.attr.startswith("_") or (of_loop and field.attr != "index")


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # the result is plain text for a model, never HTML
        trim_blocks=True,
        lstrip_blocks=True,
    )


def inert(text: str) -> str:
    """Text as one line in which nothing is the border of a quotation, an entry or a role."""
    return _ROLE_MARK.sub(r"\g<0> ", clean_line(text).translate(_INNER_QUOTES))


def boundary(text: str) -> str:
    """A line that nobody could foresee and that stands nowhere in the text."""
    while (line := secrets.token_hex(8)) in text:
        pass  # pragma: no cover
    return line
