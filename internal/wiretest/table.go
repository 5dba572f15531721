package wiretest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

// Call is something that a program asks of an adapter. The request goes out through
// the given client, and what the adapter answers comes back as it is.
type Call func(t testing.TB, client *http.Client) (any, error)

// Build returns the adapter of a configuration, after the changes to it. A nil change
// is none.
func Build[Config, Adapter any](t testing.TB, build func(Config) (Adapter, error), cfg Config, changes ...func(*Config)) Adapter {
	t.Helper()
	for _, change := range changes {
		if change != nil {
			change(&cfg)
		}
	}
	adapter, err := build(cfg)
	require.NoError(t, err, "a configuration that should do")
	return adapter
}

// Request is a call that the service grants, and how it looks on the wire.
type Request struct {
	// Name is the name of the subtest.
	Name string
	Call Call
	// Status and Reply are what the service answers (see Stub).
	Status int
	Reply  string
	// Want is what the call returns.
	Want any
	// Golden is the file in testdata that has the request.
	Golden string
}

// Requests makes the call of each row. It must come to one request, which is the
// golden file's to the byte, and return what the row wants.
func Requests(t *testing.T, rows []Request) {
	t.Helper()
	for _, row := range rows {
		subtest(t, row.Name, func(t testing.TB) { row.check(t) })
	}
}

// subtest runs the check of a row. Checks take a testing.TB, so that the tests of this
// package can see them fail.
func subtest(t *testing.T, name string, check func(t testing.TB)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		check(t)
	})
}

func (row Request) check(t testing.TB) {
	t.Helper()
	stub := &Stub{Status: row.Status, Reply: row.Reply}
	got, err := row.Call(t, stub.Client())
	require.NoError(t, err, "a call that the service grants")
	require.Equal(t, row.Want, got)
	Golden(t, row.Golden, stub.Only(t))
}

// Table is what the rows of a table have in common.
type Table struct {
	// Call is the call of each row that has none of its own.
	Call Call
	// At is where the service answers (see Stub).
	At string
	// Begins is how every error begins, such as "bmob: send: ".
	Begins string
	// Secrets stand in no error.
	Secrets []string
}

// Reply is what a service answers, and what the adapter makes of it.
type Reply struct {
	// Name is the name of the subtest.
	Name string
	// Call defaults to that of the table.
	Call Call
	// Status and Reply are what the service answers (see Stub).
	Status int
	Reply  string

	// Want is what the call returns, if it succeeds.
	Want any
	// Kind is what the error matches. nil: the call succeeds.
	Kind error
	// Code, Scope and MayHaveSent are what the error says.
	Code        string
	Scope       provider.Scope
	MayHaveSent bool
	// Text is what the error's Text is, and Says how the whole error reads. Where they
	// are empty, nobody looks.
	Text, Says string
}

// Replies has the service answer as each row says.
func (table Table) Replies(t *testing.T, rows []Reply) {
	t.Helper()
	for _, row := range rows {
		subtest(t, row.Name, func(t testing.TB) { table.checkReply(t, row) })
	}
}

func (table Table) checkReply(t testing.TB, row Reply) {
	t.Helper()
	stub := &Stub{At: table.At, Status: row.Status, Reply: row.Reply}
	got, err := table.call(row.Call)(t, stub.Client())
	if row.Kind == nil {
		require.NoError(t, err, "the reply is %s", row.Reply)
		require.Equal(t, row.Want, got, "the reply is %s", row.Reply)
		return
	}
	require.Zero(t, got, "a call that fails returns an error and nothing else")
	failure := table.failure(t, err, row.Kind)
	require.Equal(t, row.Code, failure.Code, "Code of %v", err)
	require.Equal(t, row.Scope, failure.Scope, "Scope of %v", err)
	require.Equal(t, row.MayHaveSent, failure.MayHaveSent, "MayHaveSent of %v", err)
	require.Equal(t, stub.status(), failure.HTTPStatus, "HTTPStatus of %v", err)
	if row.Text != "" {
		require.Equal(t, row.Text, failure.Text, "Text of %v", err)
	}
	if row.Says != "" {
		require.EqualError(t, err, row.Says)
	}
}

// Input is a call with something wrong in what the caller gives.
type Input struct {
	// Name is the name of the subtest.
	Name string
	// Call defaults to that of the table.
	Call Call
	// Kind is what the error matches.
	Kind error
	// Names stands in the error: the field, and what is wrong with it.
	Names string
}

// BadInput makes the call of each row. It must fail before any request.
func (table Table) BadInput(t *testing.T, rows []Input) {
	t.Helper()
	for _, row := range rows {
		subtest(t, row.Name, func(t testing.TB) { table.checkInput(t, row) })
	}
}

func (table Table) checkInput(t testing.TB, row Input) {
	t.Helper()
	stub := &Stub{}
	got, err := table.call(row.Call)(t, stub.Client())
	require.Empty(t, stub.Requests(), "bad input fails before any request")
	require.Zero(t, got, "a call that fails returns an error and nothing else")
	failure := table.failure(t, err, row.Kind)
	require.ErrorContains(t, err, row.Names)
	require.Empty(t, failure.Code, "no service has given a code")
	require.False(t, failure.MayHaveSent, "nothing was sent")
}

func (table Table) call(own Call) Call {
	if own != nil {
		return own
	}
	return table.Call
}

// failure checks what holds of every error of the table.
func (table Table) failure(t testing.TB, err, kind error) *provider.Error {
	t.Helper()
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.ErrorIs(t, err, kind)
	require.True(t, strings.HasPrefix(err.Error(), table.Begins), "want an error that begins %q, got %q", table.Begins, err)
	Hidden(t, err.Error(), table.Secrets...)
	return failure
}

// Hidden checks that no secret stands in a text.
func Hidden(t testing.TB, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		require.NotContains(t, text, secret, "what must stay hidden")
	}
}

// Named checks that an error names each problem: the field, and what is wrong with it.
func Named(t testing.TB, err error, problems ...string) {
	t.Helper()
	for _, problem := range problems {
		require.ErrorContains(t, err, problem)
	}
}

// PlainHTTP checks that plain HTTP to another machine is refused, unless the
// configuration allows it. set gives it an address, and PlainHTTP.
func PlainHTTP[Config interface{ Validate() error }](t testing.TB, cfg Config, set func(cfg *Config, baseURL string, plainHTTP bool)) {
	t.Helper()
	const address = "http://sms.example.com"
	set(&cfg, address, false)
	require.ErrorContains(t, cfg.Validate(), "BaseURL: want https://")
	set(&cfg, address, true)
	require.NoError(t, cfg.Validate())
}
