"""The tables of a library, their version, and the steps from one version to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

SCHEMA_VERSION = 6

METADATA = sa.MetaData()

# In PostgreSQL, texts are compared as SQLite does, by their bytes, and numbers are as wide.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")

manifest = sa.Table(
    "manifest",
    METADATA,
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("value", TEXT, nullable=False),
)

papers = sa.Table(
    "papers",
    METADATA,
    sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("id", TEXT, nullable=False, unique=True),
    sa.Column("identity_key", TEXT, nullable=False, unique=True),
    sa.Column("citekey", TEXT, unique=True),  # NULL where none was given
    sa.Column("added", NUMBER, nullable=False),  # text revision of the first put
    sa.Column("revision", NUMBER, nullable=False, index=True),  # and of the last
    sa.Column("content_hash", TEXT, nullable=False),
    sa.Column("title", TEXT, nullable=False),
    sa.Column("date", TEXT),
    sa.Column("year", NUMBER),
    sa.Column("category", TEXT),
    sa.Column("venue", TEXT),
    sa.Column("has_code", sa.Boolean, nullable=False),
    sa.Column("score", sa.Float),
    sa.Column("doi", TEXT),
    sa.Column("arxiv_id", TEXT),
    sa.Column("url", TEXT),
    sa.Column("more_authors", sa.Boolean, nullable=False),
    sa.Column("date_inferred", sa.Boolean, nullable=False),
    sa.Column("abstract", TEXT, nullable=False),
    sa.Column("status", TEXT),  # NULL unless it was retracted or withdrawn
    # Filters read this index alone: fetching rows with abstracts takes ten times as long.
    sa.Index("papers_facts", "year", "category", "has_code", "score", "id"),
    sqlite_autoincrement=True,  # the number of a removed paper is never given again
)


def _paper_id(*, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "paper_id",
        TEXT,
        sa.ForeignKey("papers.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


paper_authors = sa.Table(
    "paper_authors",
    METADATA,
    _paper_id(primary_key=True),
    sa.Column("position", NUMBER, primary_key=True),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("folded", TEXT, nullable=False, index=True),
    sa.Column("family", TEXT, nullable=False, index=True),
    sa.Column("last", TEXT, nullable=False, index=True),
    sa.Column("given", TEXT, nullable=False),
)

paper_orgs = sa.Table(
    "paper_orgs",
    METADATA,
    _paper_id(primary_key=True),
    sa.Column("position", NUMBER, primary_key=True),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("folded", TEXT, nullable=False, index=True),
)

sources = sa.Table(
    "sources",
    METADATA,
    sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
    _paper_id(),
    sa.Column("kind", TEXT, nullable=False),
    sa.Column("origin", TEXT, nullable=False),
    sa.Column("place", TEXT, nullable=False),
    sa.UniqueConstraint("paper_id", "kind", "origin", "place"),
)

# What each of several sources said of a paper, so that they can be told apart and parted again.
said = sa.Table(
    "said",
    METADATA,
    sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
    _paper_id(),
    sa.Column("source", TEXT, nullable=False),  # JSON: kind, origin, place
    sa.Column("record", sa.LargeBinary, nullable=False),  # JSON, compressed
    sa.UniqueConstraint("paper_id", "source"),
)

# What a person decided of two papers. One of them may be gone, hence no reference to `papers`.
decisions = sa.Table(
    "decisions",
    METADATA,
    sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("at", TEXT, nullable=False),
    sa.Column("action", TEXT, nullable=False),
    sa.Column("paper_id", TEXT, nullable=False),
    sa.Column("other_id", TEXT, nullable=False),
    sa.Column("sources", TEXT, nullable=False),  # JSON: kind, origin, place of each
)

# Beside `papers` and not in it: lists of records must not read past whole papers.
bodies = sa.Table(
    "bodies",
    METADATA,
    _paper_id(primary_key=True),
    sa.Column("text", TEXT, nullable=False),
    sa.Column("pages", TEXT, nullable=False),  # JSON: [offset, page], ...
    sa.Column("sections", TEXT, nullable=False),  # JSON: [offset, heading], ...
    sa.Column("original", TEXT, nullable=False),  # sha256 of the file
)

chunks = sa.Table(
    "chunks",
    METADATA,
    sa.Column("id", TEXT, primary_key=True),
    _paper_id(),
    sa.Column("ordinal", NUMBER, nullable=False),
    sa.Column("start_offset", NUMBER, nullable=False),
    sa.Column("end_offset", NUMBER, nullable=False),
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32, length 1; empty while awaited
    sa.UniqueConstraint("paper_id", "ordinal"),
)

HAS_VECTOR = sa.func.length(chunks.c.vector) > 0  # not so while it is awaited

# Beside `chunks` and not in it: loading all chunk vectors must not read past these.
sentences = sa.Table(
    "sentences",
    METADATA,
    sa.Column("chunk_id", TEXT, sa.ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("spans", sa.LargeBinary, nullable=False),  # int32 pairs (start, end)
    sa.Column("vectors", sa.LargeBinary, nullable=False),  # int8, 127 times the float
)

# Papers whose vectors come after their texts: at which revision they came, NULL while awaited.
late_vectors = sa.Table(
    "late_vectors",
    METADATA,
    _paper_id(primary_key=True),
    sa.Column("revision", NUMBER, index=True),
)

# Which papers went at which revision, so that an index learns what to forget. Holds no text.
removals = sa.Table(
    "removals",
    METADATA,
    sa.Column("revision", NUMBER, primary_key=True),
    sa.Column("paper_id", TEXT, primary_key=True),
)

ledger = sa.Table(
    "ledger",
    METADATA,
    sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("at", TEXT, nullable=False),
    sa.Column("action", TEXT, nullable=False),
    sa.Column("origin", TEXT, nullable=False),
    sa.Column("sha256", TEXT),
    sa.Column("outcome", TEXT, nullable=False),
    sqlite_autoincrement=True,
)

# What was answered, as `rag.index.answers` writes it. The number of an answer is never given again.
answers = sa.Table(
    "answers",
    METADATA,
    sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("at", TEXT, nullable=False),
    sa.Column("question", TEXT, nullable=False),
    sa.Column("record", TEXT, nullable=False),  # JSON
    sqlite_autoincrement=True,
)

# Whose words stand in which record. A paper may be gone, hence no reference to `papers`.
answer_papers = sa.Table(
    "answer_papers",
    METADATA,
    sa.Column("answer", NUMBER, sa.ForeignKey("answers.seq", ondelete="CASCADE"), primary_key=True),
    sa.Column("paper_id", TEXT, primary_key=True, index=True),
)

# Chats and what was thought of answers, as `rag.index.chats` and `rag.index.feedback` write them.
chats = sa.Table(
    "chats",
    METADATA,
    sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("id", TEXT, nullable=False, unique=True),
    sa.Column("owner", TEXT, nullable=False),
    sa.Column("title", TEXT, nullable=False),
    sa.Column("folded", TEXT, nullable=False),  # the title, for searching
    sa.Column("created", TEXT, nullable=False),
    sa.Column("updated", TEXT, nullable=False),
    sa.Column("touched", NUMBER, nullable=False),  # their order: clocks jump, this grows
    sa.Column("deleted", TEXT),  # when; NULL while it is not
    sqlite_autoincrement=True,
)

turns = sa.Table(
    "turns",
    METADATA,
    sa.Column("chat", NUMBER, sa.ForeignKey("chats.seq", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", NUMBER, primary_key=True),
    # No cascade: an answer that a chat shows cannot be deleted under it.
    sa.Column("answer", NUMBER, sa.ForeignKey("answers.seq"), nullable=False, index=True),
    sa.Column("folded", TEXT, nullable=False),  # question and sentences, for searching
)

# An answer may be gone, hence no reference to `answers`.
feedback = sa.Table(
    "feedback",
    METADATA,
    sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("answer", TEXT, nullable=False),
    sa.Column("owner", TEXT, nullable=False),
    sa.Column("at", TEXT, nullable=False),
    sa.Column("record", TEXT, nullable=False),  # JSON
    sa.UniqueConstraint("answer", "owner"),
    sqlite_autoincrement=True,
)

# Removed papers for as long as that can be undone: all rows that hung on them, compressed.
tombstones = sa.Table(
    "tombstones",
    METADATA,
    sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("paper_id", TEXT, nullable=False, unique=True),
    sa.Column("at", TEXT, nullable=False),
    sa.Column("name", TEXT, nullable=False),
    sa.Column("rows", sa.LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)


# What only a server keeps in tables; a folder has files for it.
SERVER = sa.MetaData()

originals = sa.Table(
    "originals",
    SERVER,
    sa.Column("sha256", TEXT, primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
)


def _add_answers(conn: sa.Connection) -> None:
    """Tables as they were in version 2, whatever they become later."""
    for statement in (
        "CREATE TABLE answers (seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "
        "at TEXT NOT NULL, question TEXT NOT NULL, record TEXT NOT NULL)",
        "CREATE TABLE answer_papers (answer INTEGER NOT NULL, paper_id TEXT NOT NULL, "
        "PRIMARY KEY (answer, paper_id), "
        "FOREIGN KEY(answer) REFERENCES answers (seq) ON DELETE CASCADE)",
        "CREATE INDEX ix_answer_papers_paper_id ON answer_papers (paper_id)",
    ):
        conn.execute(sa.text(statement))


def _add_chats(conn: sa.Connection) -> None:
    """Tables as they were in version 3, whatever they become later."""
    for statement in (
        "CREATE TABLE chats (seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "
        "id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, title TEXT NOT NULL, "
        "folded TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL, "
        "touched INTEGER NOT NULL, deleted TEXT)",
        "CREATE TABLE turns (chat INTEGER NOT NULL, position INTEGER NOT NULL, "
        "answer INTEGER NOT NULL, folded TEXT NOT NULL, PRIMARY KEY (chat, position), "
        "FOREIGN KEY(chat) REFERENCES chats (seq) ON DELETE CASCADE, "
        "FOREIGN KEY(answer) REFERENCES answers (seq))",
        "CREATE INDEX ix_turns_answer ON turns (answer)",
        "CREATE TABLE feedback (seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "
        "answer TEXT NOT NULL, owner TEXT NOT NULL, at TEXT NOT NULL, record TEXT NOT NULL, "
        "UNIQUE (answer, owner))",
        "CREATE TABLE tombstones (seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "
        "paper_id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, name TEXT NOT NULL, "
        "rows BLOB NOT NULL)",
    ):
        conn.execute(sa.text(statement))


def _add_bodies(conn: sa.Connection) -> None:
    """The table as it was in version 4."""
    statement = (
        "CREATE TABLE bodies (paper_id TEXT NOT NULL, text TEXT NOT NULL, pages TEXT NOT NULL, "
        "sections TEXT NOT NULL, original TEXT NOT NULL, PRIMARY KEY (paper_id), "
        "FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE)"
    )
    conn.execute(sa.text(statement))


def _add_said(conn: sa.Connection) -> None:
    """The tables as they were in version 5."""
    for statement in (
        "ALTER TABLE papers ADD COLUMN status TEXT",
        "CREATE TABLE said (seq INTEGER NOT NULL PRIMARY KEY, paper_id TEXT NOT NULL, "
        "source TEXT NOT NULL, record BLOB NOT NULL, UNIQUE (paper_id, source), "
        "FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE)",
        "CREATE TABLE decisions (seq INTEGER NOT NULL PRIMARY KEY, at TEXT NOT NULL, "
        "action TEXT NOT NULL, paper_id TEXT NOT NULL, other_id TEXT NOT NULL, "
        "sources TEXT NOT NULL)",
    ):
        conn.execute(sa.text(statement))


def _add_late_vectors(conn: sa.Connection) -> None:
    """The table as it was in version 6."""
    on_server = conn.dialect.name == "postgresql"
    text, number = ('TEXT COLLATE "C"', "BIGINT") if on_server else ("TEXT", "INTEGER")
    for statement in (
        f"CREATE TABLE late_vectors (paper_id {text} NOT NULL, revision {number}, "
        "PRIMARY KEY (paper_id), "
        "FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE)",
        "CREATE INDEX ix_late_vectors_revision ON late_vectors (revision)",
    ):
        conn.execute(sa.text(statement))


# MIGRATIONS[n] takes a library of version n to n + 1 inside the transaction it is given.
MIGRATIONS: Mapping[int, Callable[[sa.Connection], None]] = {
    1: _add_answers,
    2: _add_chats,
    3: _add_bodies,
    4: _add_said,
    5: _add_late_vectors,
}


def create(conn: sa.Connection, identity: Mapping[str, str]) -> None:
    """Make all tables and the manifest of a new, empty library."""
    METADATA.create_all(conn)
    entries = {
        "format": "askpapers",
        "schema_version": str(SCHEMA_VERSION),
        "revision": "0",
        "text_revision": "0",
        **{f"identity.{key}": value for key, value in identity.items()},
    }
    rows = [{"key": key, "value": value} for key, value in entries.items()]
    conn.execute(sa.insert(manifest), rows)


def migrate(conn: sa.Connection) -> None:
    """Take a library of an older version to this one, step by step, in one transaction."""
    asked = sa.select(manifest.c.value).where(manifest.c.key == "schema_version")
    version = int(conn.scalar(asked) or 0)  # now that nobody else can be at it
    for step in range(version, SCHEMA_VERSION):
        MIGRATIONS[step](conn)
    changed = sa.update(manifest).where(manifest.c.key == "schema_version")
    conn.execute(changed.values(value=str(SCHEMA_VERSION)))
