"""The tables, as migrations that each bring a database from one schema version to the next.

`pragma user_version` counts the migrations a database has been through; `pragma application_id` marks it as `voc`'s.
A migration that has been released is never edited: add the next one.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable

from voc.window import windows

Migration = Callable[[sqlite3.Connection], None]

APPLICATION_ID = 0x766F6321  # "voc!"
MIGRATIONS: list[Migration] = []


def migration(function: Migration) -> Migration:
    """Register a migration; they run in the order in which they are written."""
    MIGRATIONS.append(function)
    return function


def migrate(connection: sqlite3.Connection) -> None:
    """Run the migrations a database lacks, all in one transaction; an up-to-date database is not written to."""
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("begin immediate")
    try:
        # read again under the lock: another program may have been faster
        for step in MIGRATIONS[_version(connection) :]:
            step(connection)
        connection.execute(f"pragma application_id = {APPLICATION_ID}")
        connection.execute(f"pragma user_version = {len(MIGRATIONS)}")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


_POST_COLUMNS = """
  text TEXT NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL,
  source_id TEXT NOT NULL,
  author TEXT NOT NULL, -- salted hash, unless names were kept
  posted_at TEXT NOT NULL, -- ISO-8601 UTC, or empty
  rating REAL,
  likes INTEGER,
  replies INTEGER,
  url TEXT NOT NULL,
  version TEXT NOT NULL, -- of the product the post is about
  device TEXT NOT NULL,
  region TEXT NOT NULL,
  attributes TEXT NOT NULL, -- JSON object: columns of the input that have no field of their own"""

_POSTS = (
    f"""CREATE TABLE posts (
  -- What people wrote, one row per post, in its current wording.
  id TEXT PRIMARY KEY, -- content hash{_POST_COLUMNS}
  revision INTEGER NOT NULL -- numbers the different contents this post has had
) STRICT""",
    "CREATE INDEX posts_posted_at ON posts (posted_at)",
    f"""CREATE TABLE post_versions (
  -- Contents of posts that a later ingest replaced; runs point to the revision they saw.
  id TEXT NOT NULL REFERENCES posts (id),{_POST_COLUMNS}
  revision INTEGER NOT NULL,
  PRIMARY KEY (id, revision)
) STRICT""",
    """CREATE TABLE post_words (
  -- The words of each post as the segmenter cut them; posts_search indexes them.
  number INTEGER PRIMARY KEY,
  post_id TEXT NOT NULL UNIQUE REFERENCES posts (id),
  words TEXT NOT NULL -- separated by blanks
) STRICT""",
    """CREATE VIRTUAL TABLE posts_search USING fts5(
  words, content='post_words', content_rowid='number'
)""",
    """CREATE TRIGGER post_words_insert AFTER INSERT ON post_words BEGIN
  INSERT INTO posts_search (rowid, words) VALUES (new.number, new.words);
END""",
    """CREATE TRIGGER post_words_delete AFTER DELETE ON post_words BEGIN
  INSERT INTO posts_search (posts_search, rowid, words) VALUES ('delete', old.number, old.words);
END""",
)

_INGEST_LOG = (
    """CREATE TABLE rejected_rows (
  -- Input rows that could not become posts, with the reason and the raw content.
  id TEXT PRIMARY KEY, -- content hash of file, reason, raw and which of several equal rows it is
  file TEXT NOT NULL,
  line INTEGER NOT NULL,
  reason TEXT NOT NULL,
  raw TEXT NOT NULL
) STRICT""",
    """CREATE TABLE files (
  -- What became of each input file when it was last read.
  file TEXT PRIMARY KEY,
  format TEXT NOT NULL,
  encoding TEXT NOT NULL,
  columns TEXT NOT NULL, -- JSON object: field -> column
  n_posts INTEGER NOT NULL,
  n_rejected INTEGER NOT NULL,
  error TEXT NOT NULL -- empty unless the file as a whole could not be read
) STRICT""",
)

_RUNS = (
    """CREATE TABLE runs (
  -- One row per analysis.
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE, -- order in which runs were saved
  as_of TEXT NOT NULL, -- ISO-8601 UTC: the moment the analysis speaks for
  period_days INTEGER NOT NULL,
  version TEXT NOT NULL, -- of voc
  model TEXT NOT NULL,
  config TEXT NOT NULL, -- JSON object: every setting
  rejected TEXT NOT NULL -- JSON object: reason -> input rows that never became posts
) STRICT""",
    """CREATE TABLE run_posts (
  -- Which posts a run saw, and in which revision.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL, -- order within the run
  post_id TEXT NOT NULL REFERENCES posts (id),
  revision INTEGER NOT NULL,
  PRIMARY KEY (run_id, post_id)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE exclusions (
  -- Posts left out of a run, and why.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  post_id TEXT NOT NULL REFERENCES posts (id),
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (run_id, place)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE duplicates (
  -- Copied posts, and the post that stands for all copies.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  post_id TEXT NOT NULL REFERENCES posts (id),
  original_id TEXT NOT NULL REFERENCES posts (id),
  PRIMARY KEY (run_id, post_id)
) STRICT, WITHOUT ROWID""",
)

_CONCLUSIONS = (
    """CREATE TABLE themes (
  -- Groups of statements about one thing.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  area TEXT NOT NULL,
  kind TEXT NOT NULL,
  keywords TEXT NOT NULL, -- JSON array, strongest first
  exemplars TEXT NOT NULL, -- JSON array of statement ids
  PRIMARY KEY (run_id, id)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE statements (
  -- The single things said in posts, verbatim, with their kind and theme.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  id TEXT NOT NULL, -- content hash
  post_id TEXT NOT NULL REFERENCES posts (id),
  position INTEGER NOT NULL, -- within the post
  text TEXT NOT NULL, -- the quote
  norm TEXT NOT NULL, -- its matching form
  kind TEXT NOT NULL,
  polarity TEXT NOT NULL,
  reason TEXT NOT NULL, -- what decided the kind
  person TEXT NOT NULL, -- who is counted for it
  theme_id TEXT, -- NULL while unassigned
  PRIMARY KEY (run_id, id),
  FOREIGN KEY (run_id, theme_id) REFERENCES themes (run_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT""",
    "CREATE INDEX statements_theme ON statements (run_id, theme_id)",
    "CREATE INDEX statements_post ON statements (post_id)",
    """CREATE TABLE theme_statements (
  -- The statements of each theme, in the theme's own order.
  run_id TEXT NOT NULL,
  theme_id TEXT NOT NULL,
  place INTEGER NOT NULL,
  statement_id TEXT NOT NULL,
  PRIMARY KEY (run_id, theme_id, place),
  FOREIGN KEY (run_id, theme_id) REFERENCES themes (run_id, id) ON DELETE CASCADE,
  FOREIGN KEY (run_id, statement_id) REFERENCES statements (run_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX theme_statements_statement ON theme_statements (run_id, statement_id)",
    """CREATE TABLE suggestions (
  -- Themes as ranked items for the roadmap, with every signal behind the score.
  run_id TEXT NOT NULL,
  place INTEGER NOT NULL,
  theme_id TEXT NOT NULL,
  rank INTEGER NOT NULL,
  priority TEXT NOT NULL,
  score REAL NOT NULL,
  signals TEXT NOT NULL, -- JSON object: signal -> 0 to 1
  contributions TEXT NOT NULL, -- JSON object: signal -> its part of the score
  n_people INTEGER NOT NULL,
  n_posts INTEGER NOT NULL,
  rank_low INTEGER NOT NULL,
  rank_high INTEGER NOT NULL,
  tie INTEGER NOT NULL, -- suggestions that the data do not separate share a number
  change REAL, -- share of people in the last period to the share before; NULL where unknown
  trend TEXT NOT NULL,
  missing_evidence TEXT NOT NULL, -- JSON array
  PRIMARY KEY (run_id, theme_id),
  FOREIGN KEY (run_id, theme_id) REFERENCES themes (run_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID""",
)

_CACHES = (
    """CREATE TABLE vectors (
  -- Embeddings already computed: safe to delete, they are made again.
  model TEXT NOT NULL,
  key TEXT NOT NULL, -- content hash of the text
  vector BLOB NOT NULL, -- little-endian float16 or float32
  type TEXT NOT NULL, -- '<f2' or '<f4'
  PRIMARY KEY (model, key)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE settings (
  -- One value per name: 'salt' makes the hashes of author names useless elsewhere.
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
)

_VIEWS = (
    """CREATE VIEW post_revisions AS
  -- Every content every post has had.
  SELECT * FROM posts UNION ALL SELECT * FROM post_versions""",
    """CREATE VIEW latest_run AS
  SELECT * FROM runs ORDER BY number DESC LIMIT 1""",
    """CREATE VIEW latest_themes AS
  -- The themes of the latest run with how much was said about them.
  SELECT themes.id, themes.name, themes.area, themes.kind, themes.keywords,
    count(*) AS n_statements, count(DISTINCT statements.post_id) AS n_posts,
    count(DISTINCT statements.person) AS n_people
  FROM latest_run
  JOIN themes ON themes.run_id = latest_run.id
  JOIN statements ON statements.run_id = themes.run_id AND statements.theme_id = themes.id
  GROUP BY themes.id ORDER BY n_people DESC, themes.id""",
    """CREATE VIEW latest_suggestions AS
  -- The ranked list of the latest run.
  SELECT suggestions.rank, suggestions.priority, themes.name, themes.area, themes.kind, suggestions.n_people,
    suggestions.n_posts, suggestions.score, suggestions.rank_low, suggestions.rank_high, suggestions.tie,
    suggestions.change, suggestions.trend, suggestions.theme_id
  FROM latest_run
  JOIN suggestions ON suggestions.run_id = latest_run.id
  JOIN themes ON themes.run_id = suggestions.run_id AND themes.id = suggestions.theme_id
  ORDER BY suggestions.rank""",
    """CREATE VIEW statements_with_posts AS
  -- Every statement of every run beside its theme and the post it was said in, as the run saw it.
  SELECT statements.run_id, statements.id, statements.text, statements.kind, statements.polarity, statements.person,
    statements.theme_id, themes.name AS theme, posts.id AS post_id, posts.text AS post_text, posts.title,
    posts.source, posts.posted_at, posts.rating, posts.url
  FROM statements
  JOIN run_posts ON run_posts.run_id = statements.run_id AND run_posts.post_id = statements.post_id
  JOIN post_revisions AS posts ON posts.id = run_posts.post_id AND posts.revision = run_posts.revision
  LEFT JOIN themes ON themes.run_id = statements.run_id AND themes.id = statements.theme_id""",
    """CREATE VIEW rejected_by_reason AS
  SELECT reason, count(*) AS n_rows FROM rejected_rows GROUP BY reason ORDER BY n_rows DESC, reason""",
)


@migration
def m001_create_tables(connection: sqlite3.Connection) -> None:
    """Posts, runs and what they concluded, caches and views; the salt is drawn here, once per database."""
    for statement in (*_POSTS, *_INGEST_LOG, *_RUNS, *_CONCLUSIONS, *_CACHES, *_VIEWS):
        connection.execute(statement)
    connection.execute("INSERT INTO settings VALUES ('salt', ?)", [secrets.token_hex(16)])


_LANGUAGE_MODELS = (
    """CREATE TABLE wordings (
  -- What a language model made of a theme, where one was asked for.
  run_id TEXT NOT NULL,
  place INTEGER NOT NULL,
  theme_id TEXT NOT NULL,
  name TEXT NOT NULL, -- of the theme since
  built_name TEXT NOT NULL, -- of the theme before
  story TEXT NOT NULL,
  cites TEXT NOT NULL, -- JSON array of statement ids: what name and story rest on
  problem TEXT NOT NULL, -- why the model's words were not used; empty where they were
  PRIMARY KEY (run_id, theme_id),
  FOREIGN KEY (run_id, theme_id) REFERENCES themes (run_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE answers (
  -- What language models said: safe to delete, they are asked again.
  model TEXT NOT NULL,
  key TEXT NOT NULL, -- content hash of everything the model was told
  answer TEXT NOT NULL,
  PRIMARY KEY (model, key)
) STRICT, WITHOUT ROWID""",
)


@migration
def m002_language_models(connection: sqlite3.Connection) -> None:
    """Names and stories by a language model, and the cache of its answers."""
    for statement in _LANGUAGE_MODELS:
        connection.execute(statement)


@migration
def m003_windows_and_lineage(connection: sqlite3.Connection) -> None:
    """The windows of a run instead of the length of the last one, and what became of themes from run to run."""
    for column in ("windows TEXT NOT NULL DEFAULT '[]'", "window TEXT NOT NULL DEFAULT ''"):
        connection.execute(f"ALTER TABLE runs ADD COLUMN {column}")
    connection.execute("ALTER TABLE runs ADD COLUMN previous TEXT NOT NULL DEFAULT ''")
    for run_id, as_of, days in connection.execute("SELECT id, as_of, period_days FROM runs").fetchall():
        told = json.dumps(windows(as_of, f"{days}d", 2, timezone="UTC") if days and as_of else [])
        connection.execute("UPDATE runs SET windows = ? WHERE id = ?", [told, run_id])
    connection.execute("ALTER TABLE runs DROP COLUMN period_days")
    connection.execute(
        """CREATE TABLE theme_events (
  -- What became of themes between the run before and this one.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  event TEXT NOT NULL, -- continued, returned, merged, split, born or died
  before TEXT NOT NULL, -- JSON array of theme ids
  after TEXT NOT NULL, -- JSON array of theme ids
  overlap REAL NOT NULL, -- members in common over members of either, among posts both runs saw
  PRIMARY KEY (run_id, place)
) STRICT, WITHOUT ROWID"""
    )


_PLANNING = (
    """CREATE TABLE theme_status (
  -- Where themes stand: every change is kept, the last one of a theme counts.
  number INTEGER PRIMARY KEY,
  theme_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('new', 'planned', 'in-progress', 'shipped', 'declined')),
  release TEXT NOT NULL, -- the version it was or will be shipped in, or empty
  link TEXT NOT NULL,
  tool TEXT NOT NULL, -- the planning tool that told it, or empty
  key TEXT NOT NULL, -- of the theme's item in that tool, or empty
  at TEXT NOT NULL, -- ISO-8601 UTC
  who TEXT NOT NULL
) STRICT""",
    "CREATE INDEX theme_status_theme ON theme_status (theme_id)",
    """CREATE TABLE exports (
  -- What each planning tool was last told about a theme.
  tool TEXT NOT NULL,
  theme_id TEXT NOT NULL,
  title TEXT NOT NULL,
  number INTEGER NOT NULL, -- counts the items of a tool in the order in which they were first exported
  digest TEXT NOT NULL, -- what makes a change of the item, JSON object
  content TEXT NOT NULL, -- JSON object: column -> cell
  run_id TEXT NOT NULL, -- the run that was exported last
  note TEXT NOT NULL, -- what became of the theme before, a line each: part of its description
  merged_into TEXT NOT NULL, -- the theme this one went into, or empty
  PRIMARY KEY (tool, theme_id)
) STRICT, WITHOUT ROWID""",
)


@migration
def m004_planning_tools(connection: sqlite3.Connection) -> None:
    """The status of themes, and what planning tools were told."""
    for statement in _PLANNING:
        connection.execute(statement)


@migration
def m005_baselines(connection: sqlite3.Connection) -> None:
    """What the change of a suggestion compares with; what was called rising surges now, measured differently."""
    connection.execute("ALTER TABLE suggestions ADD COLUMN baseline TEXT NOT NULL DEFAULT ''")  # START/END
    connection.execute("UPDATE suggestions SET trend = 'surging' WHERE trend = 'rising'")


_DECISIONS = (
    """CREATE TABLE decisions (
  -- What people decided about themes: only ever added to, also where something is taken back.
  number INTEGER PRIMARY KEY,
  action TEXT NOT NULL, -- rename, merge, split, move, pin, mute, note or undo
  themes TEXT NOT NULL, -- JSON array of theme ids, the one it is done to first
  names TEXT NOT NULL, -- JSON array: what they were called then
  arguments TEXT NOT NULL, -- JSON object, see voc.decide
  at TEXT NOT NULL, -- ISO-8601 UTC
  who TEXT NOT NULL,
  as_of TEXT NOT NULL -- what the run spoke for that was looked at
) STRICT""",
    """CREATE TRIGGER decisions_stay_as_they_are BEFORE UPDATE ON decisions BEGIN
  SELECT raise(ABORT, 'decisions are taken back by an undo');
END""",
    """CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions BEGIN
  SELECT raise(ABORT, 'decisions are taken back by an undo');
END""",
    """CREATE TABLE run_effects (
  -- What became of each decision in force in a run.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  decision INTEGER NOT NULL REFERENCES decisions (number),
  outcome TEXT NOT NULL, -- applied, followed, absorbed, absent or empty
  acts_on TEXT NOT NULL, -- JSON array of ids of themes of the run
  PRIMARY KEY (run_id, place)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE found_themes (
  -- The themes of a run as they were found, before decisions changed them: what the next run continues.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  area TEXT NOT NULL,
  kind TEXT NOT NULL,
  keywords TEXT NOT NULL, -- JSON array
  exemplars TEXT NOT NULL, -- JSON array of statement ids
  statement_ids TEXT NOT NULL, -- JSON array
  PRIMARY KEY (run_id, id)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE releases (
  -- Versions of the product and the days they came out.
  name TEXT PRIMARY KEY,
  date TEXT NOT NULL, -- ISO
  version_column TEXT NOT NULL, -- attribute of posts that holds their version; empty: posts.version
  n_changes INTEGER NOT NULL -- that it brought in all; 0 where nobody said
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE run_plans (
  -- Where themes stood when a run was made, and its last suggestions.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  theme_id TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  release TEXT NOT NULL,
  link TEXT NOT NULL,
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  rank_before INTEGER NOT NULL, -- in the run before; 0: none
  now TEXT NOT NULL, -- id of the theme of the run that it is, or is part of; empty if it is not there
  PRIMARY KEY (run_id, place)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE run_releases (
  -- The releases that were known when a run was made.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  date TEXT NOT NULL,
  version_column TEXT NOT NULL,
  n_changes INTEGER NOT NULL,
  PRIMARY KEY (run_id, place)
) STRICT, WITHOUT ROWID""",
)


@migration
def m006_decisions(connection: sqlite3.Connection) -> None:
    """What people decide about themes, releases, and what became of both in each run."""
    for statement in _DECISIONS:
        connection.execute(statement)


_MENTIONS = (
    """CREATE TABLE statement_mentions (
  -- Scenes and objects that statements name.
  run_id TEXT NOT NULL,
  statement_id TEXT NOT NULL,
  place INTEGER NOT NULL, -- order within the statement
  kind TEXT NOT NULL, -- who, when, where, activity, device, system, version or competitor
  value TEXT NOT NULL, -- one way of writing for all, such as iPhone 8 Plus
  text TEXT NOT NULL, -- as it stands in the statement's matching form
  PRIMARY KEY (run_id, statement_id, place),
  FOREIGN KEY (run_id, statement_id) REFERENCES statements (run_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX statement_mentions_value ON statement_mentions (run_id, kind, value)",
    """CREATE VIEW latest_mentions AS
  -- What the themes of the latest run are said to happen to, when, where and on what, and with what they are compared.
  SELECT themes.id AS theme_id, themes.name AS theme, mentions.kind, mentions.value,
    count(DISTINCT statements.person) AS n_people, count(DISTINCT statements.post_id) AS n_posts
  FROM latest_run
  JOIN themes ON themes.run_id = latest_run.id
  JOIN statements ON statements.run_id = themes.run_id AND statements.theme_id = themes.id
  JOIN statement_mentions AS mentions
    ON mentions.run_id = statements.run_id AND mentions.statement_id = statements.id
  GROUP BY themes.id, mentions.kind, mentions.value ORDER BY n_people DESC, themes.id, mentions.kind, mentions.value""",
)


@migration
def m007_mentions(connection: sqlite3.Connection) -> None:
    """Scenes and objects named in statements."""
    for statement in _MENTIONS:
        connection.execute(statement)


_AUTHORS = (
    """CREATE TABLE authors (
  -- What the product team's own files tell of authors: tier, city, purchases ...
  id TEXT PRIMARY KEY, -- as in posts.author
  attributes TEXT NOT NULL -- JSON object
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE run_authors (
  -- What was known of the authors of a run's posts when it was made.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  id TEXT NOT NULL,
  attributes TEXT NOT NULL, -- JSON object
  PRIMARY KEY (run_id, id)
) STRICT, WITHOUT ROWID""",
)


@migration
def m008_authors(connection: sqlite3.Connection) -> None:
    """What is known of authors."""
    for statement in _AUTHORS:
        connection.execute(statement)


_VALUES = (
    "ALTER TABLE statements ADD COLUMN value TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE statements ADD COLUMN cost TEXT NOT NULL DEFAULT ''",
    """CREATE TABLE run_classes (
  -- The classes of value and cost that a run sorted problems and wishes into.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  axis TEXT NOT NULL, -- value or cost: the column of statements that holds the id
  id TEXT NOT NULL,
  zh TEXT NOT NULL,
  en TEXT NOT NULL,
  zh_means TEXT NOT NULL,
  en_means TEXT NOT NULL,
  PRIMARY KEY (run_id, axis, id)
) STRICT, WITHOUT ROWID""",
    """CREATE VIEW latest_values AS
  -- Which value falls short, and what it costs, in each theme of the latest run.
  SELECT themes.id AS theme_id, themes.name AS theme, classes.axis, classes.id AS class, classes.zh, classes.en,
    count(DISTINCT statements.person) AS n_people, count(DISTINCT statements.post_id) AS n_posts
  FROM latest_run
  JOIN themes ON themes.run_id = latest_run.id
  JOIN statements ON statements.run_id = themes.run_id AND statements.theme_id = themes.id
  JOIN run_classes AS classes ON classes.run_id = statements.run_id
    AND classes.id = CASE classes.axis WHEN 'value' THEN statements.value ELSE statements.cost END
  GROUP BY themes.id, classes.axis, classes.id ORDER BY n_people DESC, themes.id, classes.axis DESC, classes.id""",
)


@migration
def m009_values(connection: sqlite3.Connection) -> None:
    """Value and cost of statements."""
    for statement in _VALUES:
        connection.execute(statement)


_RANKING = (
    "ALTER TABLE suggestions ADD COLUMN rank_unweighted INTEGER",  # if all people count the same; NULL without weights
    "ALTER TABLE suggestions ADD COLUMN weighted_people REAL",  # sum of their weights; NULL without weights
    """CREATE TABLE campaigns (
  -- Nearly the same words by many young accounts within days; they count for one person.
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  id TEXT NOT NULL, -- the post whose words they repeat
  post_ids TEXT NOT NULL, -- JSON array
  n_accounts INTEGER NOT NULL,
  n_young INTEGER NOT NULL, -- of them wrote nothing else but around that time
  first_at TEXT NOT NULL, -- ISO-8601 UTC, as last_at: most were posted between
  last_at TEXT NOT NULL,
  theme_id TEXT NOT NULL, -- or empty
  rank_believed INTEGER NOT NULL, -- of the theme, were every account a person; 0: no suggestion
  rank_without INTEGER NOT NULL, -- of the theme, had nobody written these posts
  PRIMARY KEY (run_id, id)
) STRICT, WITHOUT ROWID""",
)


@migration
def m010_ranking(connection: sqlite3.Connection) -> None:
    """Ranks with and without weights of authors; campaigns."""
    for statement in _RANKING:
        connection.execute(statement)


@migration
def m011_forgotten(connection: sqlite3.Connection) -> None:
    """Who is not to be taken in again."""
    connection.execute(
        """CREATE TABLE forgotten (
  -- Authors who were removed: their rows are set aside when they come again. Nothing else is known of them.
  id TEXT PRIMARY KEY -- salted hash of the name, as in posts.author
) STRICT, WITHOUT ROWID"""
    )
