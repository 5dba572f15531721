package sqlitequeue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver
)

const (
	readVersion     = `PRAGMA user_version`
	readApplication = `PRAGMA application_id`
)

// findFile refuses a path at which a database was, and is no longer or only by name: to
// begin anew there would look like health. It makes a missing file of a new queue,
// readable by its owner only; SQLite gives its two other files the rights of this one.
func findFile(path string, l *lock) error {
	size, err := sizeOf(path)
	if err != nil {
		return err
	}
	left, err := sizeOf(path + "-wal")
	if err != nil {
		return err
	}
	marked, err := l.marked()
	if err != nil {
		return err
	}
	if size == 0 && (marked || left > 0) {
		return fmt.Errorf("%s has been removed or emptied since it was last used: put it back, or remove %s-lock and %s-wal to begin an empty queue",
			path, path, path)
	}
	file, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// sizeOf returns a file's size, 0 for one that is missing.
func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// source is the driver's name for the file, with the statements that every new
// connection runs.
func (c Config) source(pragmas ...string) (string, error) {
	absolute, err := filepath.Abs(c.Path)
	if err != nil {
		return "", err
	}
	slashed := filepath.ToSlash(absolute)
	if slashed[0] != '/' {
		slashed = "/" + slashed // a drive letter
	}
	query := url.Values{"_pragma": append(pragmas, "busy_timeout(5000)")}
	if c.vfs != "" {
		query.Set("vfs", c.vfs)
	}
	return (&url.URL{Scheme: "file", Path: slashed, RawQuery: query.Encode()}).String(), nil
}

func (c Config) openReaders() (*sql.DB, error) {
	address, err := c.source("query_only(1)")
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

// openConnection returns the one connection that writes.
func (c Config) openConnection() (*sql.DB, *sql.Conn, error) {
	address, err := c.source()
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
	if err := prepareFile(conn); err != nil {
		return nil, nil, errors.Join(err, conn.Close(), db.Close())
	}
	return db, conn, nil
}

// prepareFile makes the tables of a new file, and brings those of an older one to this
// package's version. It changes nothing in a file that is not a queue or is damaged.
func prepareFile(conn *sql.Conn) error {
	version, err := identify(conn)
	if err != nil {
		return err
	}
	if version > 0 {
		if err := quickCheck(conn); err != nil {
			return err
		}
	}
	steps := []string{"PRAGMA secure_delete = ON", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"}
	switch version {
	case 0: // before the file has its first page
		steps = append([]string{"PRAGMA auto_vacuum = INCREMENTAL"}, steps...)
	case 1: // such a file learns to shrink only by being written anew
		steps = append(steps, "PRAGMA auto_vacuum = INCREMENTAL", "VACUUM")
	}
	for _, step := range steps {
		if _, err := conn.ExecContext(context.Background(), step); err != nil {
			return err
		}
	}
	return migrate(conn, version)
}

// identify returns the file's version, 0 for a new one, and refuses a file that is
// another program's or a newer version's.
func identify(conn *sql.Conn) (version int, err error) {
	ctx := context.Background()
	var application, tables, jobs int
	err = errors.Join(
		conn.QueryRowContext(ctx, readVersion).Scan(&version),
		conn.QueryRowContext(ctx, readApplication).Scan(&application),
		conn.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE sql = ?) FROM sqlite_schema`, jobsTable).Scan(&tables, &jobs),
	)
	switch {
	case err != nil:
		return 0, err
	case application == 0 && version == 0 && tables == 0, application == 0 && version == 1 && jobs == 1:
		return version, nil
	case application != applicationID:
		return 0, errors.New("the file is another program's database: choose another Path")
	case version > schemaVersion:
		return 0, fmt.Errorf("the file has schema version %d, this program knows version %d: use a newer program", version, schemaVersion)
	default:
		return version, nil
	}
}

// quickCheck reads the whole file and refuses one with a broken page.
func quickCheck(conn *sql.Conn) error {
	var verdict string
	if err := conn.QueryRowContext(context.Background(), `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return fmt.Errorf("checking the file: %w", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("the file is damaged (%s): put back a copy, or recover its rows with the recover command of the program sqlite3", verdict)
	}
	return nil
}

// migrate brings a file to this package's version, in one transaction.
func migrate(conn *sql.Conn, version int) error {
	ctx := context.Background()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, step := range append(migrations[version:], principalSchema) {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return err
		}
	}
	return tx.Commit()
}
