package sqlitequeue

import (
	"encoding/json"
	"errors"

	"github.com/cnsms/cnsms/relay/gateway"
)

// principalSchema makes the tables of principals and registrations, in a file that has
// none yet. Programs that know nothing of them leave them alone.
const principalSchema = `
CREATE TABLE IF NOT EXISTS principals (
	token   BLOB    PRIMARY KEY,
	name    TEXT    NOT NULL,
	role    INTEGER NOT NULL,
	rights  TEXT    NOT NULL,
	revoked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS principals_name ON principals (name, role);
CREATE TABLE IF NOT EXISTS registrations (
	code    BLOB    PRIMARY KEY,
	name    TEXT    NOT NULL,
	role    INTEGER NOT NULL,
	rights  TEXT    NOT NULL,
	made_by TEXT    NOT NULL,
	ends    INTEGER NOT NULL,
	used    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`

const (
	selectPrincipal  = `SELECT token, name, role, rights, revoked FROM principals WHERE token = ?`
	selectPrincipals = `SELECT token, name, role, rights, revoked FROM principals ORDER BY name, role, token`
	selectName       = `SELECT 1 FROM principals WHERE role = ? AND name = ? LIMIT 1`
	putPrincipal     = `INSERT INTO principals (token, name, role, rights, revoked) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (token) DO UPDATE SET name = excluded.name, role = excluded.role,
			rights = excluded.rights, revoked = excluded.revoked`

	selectRegistration = `SELECT code, name, role, rights, made_by, ends, used FROM registrations WHERE code = ?`
	putRegistration    = `INSERT INTO registrations (code, name, role, rights, made_by, ends, used)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET used = excluded.used`
	deleteRegistrations = `DELETE FROM registrations WHERE ends < ?`
)

// rights is what a principal was given, as the file has it.
type rights struct {
	Lanes     []string       `json:"lanes,omitempty"`
	Countries []string       `json:"countries,omitempty"`
	Limits    gateway.Limits `json:"limits"`
}

// errHash says that a row has no hash where there should be one.
var errHash = errors.New("a stored hash is not as long as a hash")

func readHash(from []byte) (h gateway.Hash, err error) {
	if copy(h[:], from) != len(h) || len(from) != len(h) {
		return gateway.Hash{}, errHash
	}
	return h, nil
}

func scanPrincipal(from scanner) (gateway.Principal, error) {
	var p gateway.Principal
	var token, given []byte
	var revoked int64
	if err := from.Scan(&token, &p.Name, (*int)(&p.Role), &given, &revoked); err != nil {
		return gateway.Principal{}, err
	}
	var r rights
	hash, err := readHash(token)
	if err := errors.Join(err, json.Unmarshal(given, &r)); err != nil {
		return gateway.Principal{}, err
	}
	p.Token, p.Lanes, p.Countries, p.Limits, p.Revoked = hash, r.Lanes, r.Countries, r.Limits, fromMillis(revoked)
	return p, nil
}

func principalValues(p gateway.Principal) ([]any, error) {
	given, err := json.Marshal(rights{p.Lanes, p.Countries, p.Limits})
	return []any{p.Token[:], p.Name, int(p.Role), string(given), millis(p.Revoked)}, err
}

func scanRegistration(from scanner) (gateway.Registration, error) {
	var g gateway.Registration
	var code, given []byte
	var ends, used int64
	if err := from.Scan(&code, &g.Name, (*int)(&g.Role), &given, &g.By, &ends, &used); err != nil {
		return gateway.Registration{}, err
	}
	var r rights
	hash, err := readHash(code)
	if err := errors.Join(err, json.Unmarshal(given, &r)); err != nil {
		return gateway.Registration{}, err
	}
	g.Code, g.Lanes, g.Countries, g.Limits, g.Ends, g.Used = hash, r.Lanes, r.Countries, r.Limits, fromMillis(ends), fromMillis(used)
	return g, nil
}

func registrationValues(g gateway.Registration) ([]any, error) {
	given, err := json.Marshal(rights{g.Lanes, g.Countries, g.Limits})
	return []any{g.Code[:], g.Name, int(g.Role), string(given), g.By, millis(g.Ends), millis(g.Used)}, err
}
