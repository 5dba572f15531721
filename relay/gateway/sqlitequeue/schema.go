package sqlitequeue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver
)

// schemaVersion is the version that this package reads and writes. It is the
// file's user_version.
const schemaVersion = 2

const readVersion = `PRAGMA user_version`

// The partial indexes hold queued jobs, leases, jobs in hand, counted jobs and jobs that
// still have their text, so they stay small however long the history grows. Each serves
// one statement, which finds what it wants at the index's beginning: none looks at more
// jobs than it returns. state is the place in states.
const schema = `
CREATE TABLE jobs (
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
	history   TEXT    NOT NULL,
	version   INTEGER NOT NULL,
	unasked   INTEGER NOT NULL,
	taken_end INTEGER NOT NULL,
	answer_by INTEGER NOT NULL,
	due       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX jobs_key ON jobs (site, key) WHERE key <> '';
CREATE INDEX jobs_queued ON jobs (lane, answer_by > 0, due, seq) WHERE state = 0;
CREATE INDEX jobs_leased ON jobs (lane, lease_end = deadline, lease_end, due) WHERE state = 1;
CREATE INDEX jobs_held ON jobs (phone, lease_end) WHERE state = 1;
CREATE INDEX jobs_handed ON jobs (phone, seq) WHERE state IN (2, 8) AND unasked = 1;
CREATE INDEX jobs_in_hand ON jobs (lane, taken_end) WHERE state IN (2, 8);
CREATE INDEX jobs_deadline ON jobs (deadline) WHERE state < 2;
CREATE INDEX jobs_taken_end ON jobs (taken_end) WHERE state IN (2, 8) AND taken_end > 0;
CREATE INDEX jobs_recipient ON jobs (recipient, created) WHERE counted = 1;
CREATE INDEX jobs_text ON jobs (deadline) WHERE text <> '' AND state >= 2 AND NOT (state IN (2, 8) AND unasked = 1);
PRAGMA user_version = 2;
`

// createPrivate makes a missing file readable by its owner only. SQLite gives its
// two other files the rights of this one.
func createPrivate(path string) error {
	file, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// source is the driver's name for the file, with the statements that every new
// connection runs.
func source(path string, pragmas ...string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	slashed := filepath.ToSlash(absolute)
	if slashed[0] != '/' {
		slashed = "/" + slashed // a drive letter
	}
	query := url.Values{"_pragma": append(pragmas, "busy_timeout(5000)")}
	return (&url.URL{Scheme: "file", Path: slashed, RawQuery: query.Encode()}).String(), nil
}

func openReaders(path string) (*sql.DB, error) {
	address, err := source(path, "query_only(1)")
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(readerConnections)
	db.SetMaxIdleConns(readerConnections)
	return db, nil
}

// readerConnections bounds the connections beside the writer's. Reads take
// microseconds, so a few do for thousands of callers.
const readerConnections = 4

// openWriter returns the one connection that writes.
func openWriter(path string) (*sql.DB, *sql.Conn, error) {
	address, err := source(path, "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)")
	if err != nil {
		return nil, nil, err
	}
	db, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, nil, err
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	if err := prepareSchema(conn); err != nil {
		return nil, nil, errors.Join(err, conn.Close(), db.Close())
	}
	return db, conn, nil
}

// prepareSchema creates the tables of a new file, in one transaction, and refuses
// a file of another version.
func prepareSchema(conn *sql.Conn) error {
	ctx := context.Background()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var version int
	if err := tx.QueryRowContext(ctx, readVersion).Scan(&version); err != nil {
		return err
	}
	switch version {
	case schemaVersion:
	case 0:
		if _, err := tx.ExecContext(ctx, schema); err != nil {
			return err
		}
	default:
		return fmt.Errorf("the file has schema version %d, this program knows version %d", version, schemaVersion)
	}
	if _, err := tx.ExecContext(ctx, principalSchema); err != nil {
		return err
	}
	return tx.Commit()
}
