package sqlitequeue

// schemaVersion is the version that this package reads and writes. It is the
// file's user_version.
const schemaVersion = 3

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

// version1 is what version 1 had.
const version1 = jobsTable + `;
CREATE UNIQUE INDEX jobs_key ON jobs (site, key) WHERE key <> '';
CREATE INDEX jobs_open ON jobs (lane, lease_end, seq) WHERE state < 2;
CREATE INDEX jobs_held ON jobs (phone) WHERE state = 1;
CREATE INDEX jobs_recipient ON jobs (recipient, created) WHERE counted = 1;
CREATE INDEX jobs_text ON jobs (deadline) WHERE text <> '';
`

// version2 adds columns, what the file remembers beside the jobs, and the rows that were
// set aside. A job that version 1 had handed out has ten minutes from its deadline to be
// reported.
//
// The partial indexes hold queued jobs, leases, jobs in hand, counted jobs and jobs that
// still have their text, so they stay small however long the history grows. Each serves
// one statement, which finds what it wants at the index's beginning: none looks at more
// jobs than it returns. state is the place in states.
const version2 = `
ALTER TABLE jobs ADD COLUMN version   INTEGER NOT NULL DEFAULT 1;
ALTER TABLE jobs ADD COLUMN unasked   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN taken_end INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN answer_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN due       INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET due = deadline, taken_end = iif(state = 2, deadline + 600000, 0);
DROP INDEX jobs_open;
DROP INDEX jobs_held;
DROP INDEX jobs_text;
CREATE INDEX jobs_queued ON jobs (lane, answer_by > 0, due, seq) WHERE state = 0;
CREATE INDEX jobs_leased ON jobs (lane, lease_end = deadline, lease_end, due) WHERE state = 1;
CREATE INDEX jobs_held ON jobs (phone, lease_end) WHERE state = 1;
CREATE INDEX jobs_handed ON jobs (phone, seq) WHERE state IN (2, 8) AND unasked = 1;
CREATE INDEX jobs_in_hand ON jobs (lane, taken_end) WHERE state IN (2, 8);
CREATE INDEX jobs_deadline ON jobs (deadline) WHERE state < 2;
CREATE INDEX jobs_taken_end ON jobs (taken_end) WHERE state IN (2, 8) AND taken_end > 0;
CREATE INDEX jobs_text ON jobs (deadline) WHERE text <> '' AND state >= 2 AND NOT (state IN (2, 8) AND unasked = 1);
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE damaged (
	seq       INTEGER PRIMARY KEY,
	reason    TEXT    NOT NULL,
	noticed   INTEGER NOT NULL,
	id TEXT, site TEXT, key TEXT, content TEXT, recipient TEXT, text TEXT, ref TEXT, lane TEXT,
	state INTEGER, phone TEXT, lease TEXT, lease_end INTEGER, created INTEGER, deadline INTEGER, counted INTEGER, history TEXT,
	version INTEGER, unasked INTEGER, taken_end INTEGER, answer_by INTEGER, due INTEGER
) STRICT;
CREATE INDEX damaged_id ON damaged (id);
CREATE INDEX damaged_key ON damaged (site, key);
PRAGMA application_id = 0x636e736d;
PRAGMA user_version = 2;
`

// version3 adds the SIM of a job, what counts towards budgets, and what the failures of SIMs
// have taught. A queue reads both tables once, when it opens the file.
const version3 = `
ALTER TABLE jobs ADD COLUMN sim INTEGER NOT NULL DEFAULT 0;
ALTER TABLE damaged ADD COLUMN sim INTEGER;
CREATE TABLE uses (
	job       TEXT    PRIMARY KEY,
	phone     TEXT    NOT NULL,
	sim       INTEGER NOT NULL,
	lane      TEXT    NOT NULL,
	recipient TEXT    NOT NULL,
	segments  INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	held      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX uses_at ON uses (at);
CREATE TABLE sims (
	phone      TEXT    NOT NULL,
	sim        INTEGER NOT NULL,
	level      INTEGER NOT NULL,
	learned_at INTEGER NOT NULL,
	refusals   INTEGER NOT NULL,
	drained_at INTEGER NOT NULL,
	PRIMARY KEY (phone, sim)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 3;
`

// jobColumns are the columns of a job but its seq, as the table damaged has them.
const jobColumns = `id, site, key, content, recipient, text, ref, lane,
	state, phone, lease, lease_end, created, deadline, counted, history,
	version, unasked, taken_end, answer_by, due, sim`

// The names of what the table meta remembers.
const (
	metaMark    = "mark"    // the latest time that the gateway has told, in milliseconds
	metaBudgets = "budgets" // the latest time as of which a text was handed out, for budgets
	metaHidden  = "hidden"  // no ended job up to this seq has a number, but for jobs that lookBack looks at
	metaPassed  = "passed"  // forget has passed the jobs up to this seq, which a clock that was ahead has stored
	metaLooked  = "looked"  // lookBack goes on behind this seq
)

// migrations bring a file from the version that is their index to the next one.
var migrations = []string{version1, version2, version3}
