"""The errors that askpapers raises.

    RagError
    ├── SettingsError       a setting is missing or wrong; names the variable
    ├── SourceError         a file, folder or address cannot be read
    ├── LibraryError        the library folder cannot be used
    │   ├── LibraryBusyError    another process is writing to it
    │   ├── DatabaseServerError  the PostgreSQL server that has its records does not answer
    │   ├── VectorServerError   the Chroma server that has its vectors does not answer
    │   └── NotALibraryError    the folder holds something else, or a newer version's data
    ├── ModelError          a model cannot be loaded or did not answer
    │   └── WeightsError        weights or vocabulary are missing or not the expected bytes
    ├── PromptError         a prompt file is missing, malformed or asks for other inputs
    └── QuestionError       a question or filter that cannot be used

Every message is one plain sentence that names the thing and the next step; it is shown as it is.
"""

from __future__ import annotations

from typing import Literal

ModelFault = Literal[
    "rejected_key",  # the key is missing, wrong or not allowed this
    "unknown_model",  # no such model, or no model server, at the address
    "busy",  # overloaded, out of quota or failing: later may help
    "unreachable",  # no connection
    "timeout",  # too slow to begin, to go on or to finish
    "incomplete",  # broken off before the end
    "malformed",  # something other than an answer
    "refused",  # the request or the question was declined
    "too_long",  # the request is longer than the model can read
    "stopped",  # by whoever asked
]


NO_MEMORY = (
    "This machine ran out of memory. What was kept so far stays; "
    "close other programs, or take less at once, and try again."
)
_SAYS_NO_MEMORY = ("bad_alloc", "bad allocation", "failed to allocate memory", "out of memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out; libraries that are not written in Python say so in words alone."""
    said = str(error).casefold()
    return isinstance(error, MemoryError) or any(words in said for words in _SAYS_NO_MEMORY)


class RagError(Exception):
    """The base of all errors of this package; `str(error)` may be shown to the user."""


class SettingsError(RagError):
    """A setting is missing or wrong."""


class SourceError(RagError):
    """A file, folder or address cannot be read."""


class LibraryError(RagError):
    """The library folder cannot be used."""


class LibraryBusyError(LibraryError):
    """Another process is writing to the library."""


class DatabaseServerError(LibraryError):
    """The PostgreSQL server that has the library's records does not answer."""


class VectorServerError(LibraryError):
    """The Chroma server that has the library's vectors does not answer; nothing is lost."""


class NotALibraryError(LibraryError):
    """The folder is not a library of this version."""


class ModelError(RagError):
    """A model cannot be loaded or did not answer as agreed; `kind` says how, if a server failed."""

    def __init__(self, message: str, kind: ModelFault | None = None) -> None:
        super().__init__(message)
        self.kind = kind


class WeightsError(ModelError):
    """Weights or vocabulary are missing or are not the expected bytes."""


class PromptError(RagError):
    """A prompt file is missing, malformed, or its inputs do not match."""


class QuestionError(RagError):
    """A question or filter that cannot be used."""
