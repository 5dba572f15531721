package sqlitequeue

// schemaVersion is the version that this package reads and writes. It is the
// file's user_version.
const schemaVersion = 2

// applicationID says in the file's header that it is a queue of this package.
const applicationID = 0x636e736d // "cnsm"

// jobsTable is the table of jobs as version 1 made it, to the byte: a file of that
// version has nothing else to be known by.
const jobsTable = `CREATE TABLE jobs (
	seq       INTEGER PRIMARY KEY,
	id        TEXT    NOT NULL UNIQUE,
	site      TEXT    NOT NULL,
	key       TEXT    NOT NULL,
	content   TEXT    NOT NULL,
	recipient TEXT    NOT NULL,
	text      TEXT    NOT NULL,
	ref       TEXT    NOT NULL,
	lane      TEXT    NOT NULL,
	state     INTEGER NOT NULL,
	phone     TEXT    NOT NULL,
	lease     TEXT    NOT NULL,
	lease_end INTEGER NOT NULL,
	created   INTEGER NOT NULL,
	deadline  INTEGER NOT NULL,
	counted   INTEGER NOT NULL,
	history   TEXT    NOT NULL
) STRICT`

// version1 makes a new file's first tables. The partial indexes hold open jobs, held jobs,
// counted jobs and jobs that still have their text, so they stay small however long the
// history grows.
const version1 = jobsTable + `;
CREATE UNIQUE INDEX jobs_key ON jobs (site, key) WHERE key <> '';
CREATE INDEX jobs_open ON jobs (lane, lease_end, seq) WHERE state < 2;
CREATE INDEX jobs_held ON jobs (phone) WHERE state = 1;
CREATE INDEX jobs_recipient ON jobs (recipient, created) WHERE counted = 1;
CREATE INDEX jobs_text ON jobs (deadline) WHERE text <> '';
`

// version2 adds what the file remembers beside the jobs, and the rows that were set
// aside. A sweep finds what is overdue and what has a text to clear each in an index of
// its own, so that neither has to look past the other.
const version2 = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE damaged (
	seq       INTEGER PRIMARY KEY,
	reason    TEXT    NOT NULL,
	noticed   INTEGER NOT NULL,
	id TEXT, site TEXT, key TEXT, content TEXT, recipient TEXT, text TEXT, ref TEXT, lane TEXT,
	state INTEGER, phone TEXT, lease TEXT, lease_end INTEGER, created INTEGER, deadline INTEGER, counted INTEGER, history TEXT
) STRICT;
CREATE INDEX damaged_id ON damaged (id);
CREATE INDEX damaged_key ON damaged (site, key);
DROP INDEX jobs_text;
CREATE INDEX jobs_text ON jobs (deadline) WHERE text <> '' AND state >= 2;
CREATE INDEX jobs_overdue ON jobs (deadline) WHERE state < 2;
DROP INDEX jobs_held;
CREATE INDEX jobs_held ON jobs (phone, lease_end) WHERE state = 1;
PRAGMA application_id = 0x636e736d;
PRAGMA user_version = 2;
`

// jobColumns are the columns of a job but its seq, as the table damaged has them.
const jobColumns = `id, site, key, content, recipient, text, ref, lane,
	state, phone, lease, lease_end, created, deadline, counted, history`

// The names of what the table meta remembers.
const (
	metaMark   = "mark"   // the latest time that the gateway has told, in milliseconds
	metaHidden = "hidden" // no job up to this seq has a number
)

// migrations bring a file from the version that is their index to the next one.
var migrations = []string{version1, version2}
