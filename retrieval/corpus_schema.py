"""The tables of the corpus, which docs/index-format.md tells of, and how rows are put into them."""

# Large pages, for rows that overflow theirs cost space and time.
SCHEMA = """
PRAGMA page_size = 16384;
CREATE TABLE articles (slot INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL,
    digest BLOB NOT NULL, publisher TEXT, published TEXT, author TEXT, url TEXT, years TEXT NOT NULL,
    counties TEXT NOT NULL, level TEXT, region TEXT NOT NULL, doc_number TEXT, issuer TEXT, period TEXT NOT NULL,
    effective TEXT, expires TEXT, replaces TEXT NOT NULL, facts TEXT NOT NULL, headings TEXT NOT NULL,
    width INTEGER NOT NULL, text BLOB NOT NULL);
CREATE TABLE entries (article TEXT PRIMARY KEY, slot INTEGER NOT NULL, passages INTEGER NOT NULL,
    said BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE relations (article TEXT PRIMARY KEY, replaced_by TEXT, also TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE layout (slots BLOB NOT NULL, passages BLOB NOT NULL, embedded BLOB NOT NULL);
CREATE TABLE passages (slot INTEGER PRIMARY KEY, position INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, heading INTEGER NOT NULL, counties TEXT, years TEXT NOT NULL, damaged TEXT NOT NULL);
CREATE TABLE about (code TEXT NOT NULL, regional INTEGER NOT NULL, slots BLOB NOT NULL, PRIMARY KEY (code, regional));
CREATE TABLE divisions (code TEXT PRIMARY KEY, level TEXT NOT NULL, name TEXT NOT NULL, short TEXT NOT NULL,
    province TEXT NOT NULL, city TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (source TEXT PRIMARY KEY, position INTEGER NOT NULL, article TEXT NOT NULL, digest BLOB NOT NULL,
    format TEXT NOT NULL, encoding TEXT NOT NULL, replaced INTEGER NOT NULL, repairs TEXT NOT NULL,
    sidecar BLOB NOT NULL, said BLOB NOT NULL, removals BLOB NOT NULL) WITHOUT ROWID;
"""
ARTICLES = "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
PASSAGES = "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
SOURCES = "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# what a copy of an older file has of these is taken out and written anew
WRITTEN_ANEW = "DELETE FROM relations; DELETE FROM layout; DELETE FROM about; DELETE FROM divisions"
DIVISIONS = "INSERT OR REPLACE INTO divisions VALUES (?, ?, ?, ?, ?, ?)"
