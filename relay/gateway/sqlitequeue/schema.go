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
const schemaVersion = 1

const readVersion = `PRAGMA user_version`

// The partial indexes hold open jobs, held jobs, counted jobs and jobs that still
// have their text, so they stay small however long the history grows.
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
	history   TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX jobs_key ON jobs (site, key) WHERE key <> '';
CREATE INDEX jobs_open ON jobs (lane, lease_end, seq) WHERE state < 2;
CREATE INDEX jobs_held ON jobs (phone) WHERE state = 1;
CREATE INDEX jobs_recipient ON jobs (recipient, created) WHERE counted = 1;
CREATE INDEX jobs_text ON jobs (deadline) WHERE text <> '';
PRAGMA user_version = 1;
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
		return fmt.Errorf("the file has schema version %d, this program knows version %d: use a newer program", version, schemaVersion)
	}
	if _, err := tx.ExecContext(ctx, principalSchema); err != nil {
		return err
	}
	return tx.Commit()
}
