package queuetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// PrincipalsEngine makes an empty store of principals for one case and returns how to
// open it.
type PrincipalsEngine func(t *testing.T) OpenPrincipals

// OpenPrincipals opens the store, and close closes it. After that the suite calls it again,
// and the principals and registrations must be there.
type OpenPrincipals func(t *testing.T) (principals gateway.Principals, close func())

// RunPrincipals runs the suite for [gateway.Principals] on an engine.
func RunPrincipals(t *testing.T, engine PrincipalsEngine) {
	t.Helper()
	runPrincipals(t, engine, append(principalCases[:len(principalCases):len(principalCases)], principalRestartCases...))
}

// RunPrincipalsInMemory runs every case but those about a restart.
func RunPrincipalsInMemory(t *testing.T, newPrincipals func(t *testing.T) gateway.Principals) {
	t.Helper()
	runPrincipals(t, func(*testing.T) OpenPrincipals {
		return func(t *testing.T) (gateway.Principals, func()) {
			t.Helper()
			return newPrincipals(t), func() {}
		}
	}, principalCases)
}

func runPrincipals(t *testing.T, engine PrincipalsEngine, cases []principalCase) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := &desk{T: t, open: engine(t), now: time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)}
			b.principals, b.close = b.open(t)
			t.Cleanup(func() { b.close() })
			tt.run(b)
		})
	}
}

type principalCase struct {
	name string
	run  func(d *desk)
}

// desk runs one case: it has principals and a clock that the case sets.
type desk struct {
	*testing.T
	principals gateway.Principals
	open       OpenPrincipals
	close      func()
	now        time.Time
}

func hash(b byte) gateway.Hash { return gateway.Hash{0: b, 31: 1} }

// aPhone is a principal that is accepted.
func aPhone(name string, token byte) gateway.Principal {
	return gateway.Principal{
		Name: name, Role: gateway.RolePhone, Lanes: []string{"text", "mob"}, Countries: []string{"86", "852"},
		Limits: gateway.Limits{SubmitsPerMinute: 1, SubmitsPerDay: 2, RequestsPerSecond: 3, OpenPulls: -1}, Token: hash(token),
	}
}

// aCode is a registration that is accepted.
func (d *desk) aCode(code byte) gateway.Registration {
	return gateway.Registration{
		Code: hash(code), Role: gateway.RolePhone, Lanes: []string{"mob"}, Countries: []string{"44"},
		Limits: gateway.Limits{OpenPulls: 4}, By: "eva", Ends: d.now.Add(time.Minute),
	}
}

func (d *desk) put(p gateway.Principal) {
	d.Helper()
	d.want(nil, d.principals.Put(d.Context(), p), "put")
}

func (d *desk) add(r gateway.Registration) {
	d.Helper()
	d.want(nil, d.principals.AddRegistration(d.Context(), r, d.now), "add a registration")
}

func (d *desk) redeem(code byte, name string, token byte) (gateway.Principal, error) {
	return d.principals.Redeem(d.Context(), gateway.Redemption{Code: hash(code), Name: name, Token: hash(token), Now: d.now})
}

func (d *desk) restart() {
	d.Helper()
	d.close()
	d.principals, d.close = d.open(d.T)
}

func (d *desk) want(want, got error, rule string) {
	d.Helper()
	if !errors.Is(got, want) {
		d.Fatalf("%s: got error %v, want %v", rule, got, want)
	}
}

// found wants a token's principal to be this one.
func (d *desk) found(want gateway.Principal, rule string) {
	d.Helper()
	got, err := d.principals.Find(d.Context(), want.Token)
	d.want(nil, err, rule)
	d.same(want, got, rule)
}

func (d *desk) same(want, got gateway.Principal, rule string) {
	d.Helper()
	text := func(p gateway.Principal) string { return fmt.Sprintf("%+v %s", p, p.Token.Hex()) }
	if text(want) != text(got) {
		d.Fatalf("%s:\n got %s\nwant %s", rule, text(got), text(want))
	}
}
