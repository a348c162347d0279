"""Opening a library: its records in the folder itself, or on a server that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rag.index.catalog import Catalog
from rag.index.sqlite import open_caches, open_sqlite


def open_catalog(folder: Path, identity: Mapping[str, str], database_url: str | None) -> Catalog:
    """Open the library of a folder, or the one at a URL with its indexes in the folder.

    Raises:
        NotALibraryError: the folder or the database holds something else, data of a newer
            version, or vectors of another identity.
        LibraryError: the folder or the database cannot be read or written.
    """
    if database_url is None:
        return Catalog(open_sqlite(folder, identity), folder)
    from rag.index.postgres import open_postgres

    records = open_postgres(database_url, identity)
    try:
        return Catalog(records, folder, open_caches(folder, records.identity))
    except BaseException:
        records.close()
        raise
