package queuetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

var principalCases = []principalCase{
	{"a principal reads back whole", func(d *desk) {
		d.put(aPhone("old-phone", 1))
		d.found(aPhone("old-phone", 1), "a principal comes back as it was stored")
		bare := gateway.Principal{Name: "shop", Role: gateway.RoleSite, Token: hash(2)}
		d.put(bare)
		d.found(bare, "a principal without rights of its own comes back so")
	}},
	{"a token that nobody has is unknown", func(d *desk) {
		_, err := d.principals.Find(d.Context(), hash(9))
		d.want(gateway.ErrUnknownToken, err, "find")
		d.want(gateway.ErrUnknownToken, d.principals.Revoke(d.Context(), hash(9), d.now), "revoke")
	}},
	{"a principal that is not valid is refused", func(d *desk) {
		for _, spoil := range []func(*gateway.Principal){
			func(p *gateway.Principal) { p.Name = "a b" }, func(p *gateway.Principal) { p.Role = 0 },
			func(p *gateway.Principal) { p.Lanes = []string{"A"} }, func(p *gateway.Principal) { p.Countries = []string{"+86"} },
			func(p *gateway.Principal) { p.Token = gateway.Hash{} },
		} {
			p := aPhone("old-phone", 1)
			spoil(&p)
			var field *gateway.FieldError
			if err := d.principals.Put(d.Context(), p); !errors.As(err, &field) {
				d.Fatalf("the field is named: got %v", err)
			}
		}
		all, err := d.principals.List(d.Context())
		if err != nil || len(all) > 0 {
			d.Fatalf("nothing is stored: got %v, %v", all, err)
		}
	}},
	{"a principal is replaced", func(d *desk) {
		d.put(aPhone("old-phone", 1))
		changed := aPhone("old-phone", 1)
		changed.Lanes = []string{"text"}
		d.put(changed)
		d.found(changed, "the later one counts")
	}},
	{"a revoked token stays revoked", func(d *desk) {
		d.put(aPhone("old-phone", 1))
		d.want(nil, d.principals.Revoke(d.Context(), hash(1), d.now), "revoke")
		d.want(nil, d.principals.Revoke(d.Context(), hash(1), d.now.Add(time.Hour)), "revoke again")
		revoked := aPhone("old-phone", 1)
		revoked.Revoked = d.now
		d.found(revoked, "the first time counts")
		d.want(gateway.ErrTokenRevoked, d.principals.Put(d.Context(), aPhone("old-phone", 1)), "put")
		d.found(revoked, "a refused put changes nothing")
	}},
	{"the list has all in order", func(d *desk) {
		want := []gateway.Principal{aPhone("a", 3), aPhone("b", 1), aPhone("b", 2)}
		for _, i := range []int{2, 0, 1} {
			d.put(want[i])
		}
		got, err := d.principals.List(d.Context())
		d.want(nil, err, "list")
		if len(got) != len(want) {
			d.Fatalf("the list has each once: got %v", got)
		}
		for i := range want {
			d.same(want[i], got[i], "by name, role and token")
		}
	}},
	{"what a caller does to a principal changes nothing that is stored", func(d *desk) {
		p := aPhone("old-phone", 1)
		d.put(p)
		p.Lanes[0] = "stolen"
		got, err := d.principals.Find(d.Context(), hash(1))
		d.want(nil, err, "find")
		got.Lanes[0] = "stolen"
		d.found(aPhone("old-phone", 1), "the stored lanes are its own")
	}},
	{"a device gets what its registration says", func(d *desk) {
		d.add(d.aCode(1))
		got, err := d.redeem(1, "new-phone", 2)
		d.want(nil, err, "redeem")
		r := d.aCode(1)
		want := gateway.Principal{Name: "new-phone", Role: r.Role, Lanes: r.Lanes, Countries: r.Countries, Limits: r.Limits, Token: hash(2)}
		d.same(want, got, "the device is what the registration says")
		d.found(want, "the device's token opens what it was given")
	}},
	{"a registration is used once", func(d *desk) {
		d.add(d.aCode(1))
		_, err := d.redeem(1, "new-phone", 2)
		d.want(nil, err, "redeem")
		_, err = d.redeem(1, "other-phone", 3)
		d.want(gateway.ErrRegistrationUsed, err, "redeem again")
		_, err = d.principals.Find(d.Context(), hash(3))
		d.want(gateway.ErrUnknownToken, err, "a refused device gets nothing")
	}},
	{"of many devices with one code exactly one gets a token", manyRedeem},
	{"an unknown and an expired registration are refused", func(d *desk) {
		d.add(d.aCode(1))
		_, err := d.redeem(2, "new-phone", 2)
		d.want(gateway.ErrRegistrationUnknown, err, "unknown")
		d.now = d.now.Add(time.Minute)
		_, err = d.redeem(1, "new-phone", 2)
		d.want(gateway.ErrRegistrationExpired, err, "expired")
	}},
	{"a name that somebody has is refused and the code stays", func(d *desk) {
		d.put(aPhone("old-phone", 1))
		d.want(nil, d.principals.Revoke(d.Context(), hash(1), d.now), "revoke")
		d.add(d.aCode(1))
		_, err := d.redeem(1, "old-phone", 2)
		d.want(gateway.ErrNameTaken, err, "redeem a name that somebody had")
		_, err = d.redeem(1, "two words", 2)
		var field *gateway.FieldError
		if !errors.As(err, &field) || field.Field != "name" {
			d.Fatalf("a name of another form is refused by field: got %v", err)
		}
		_, err = d.redeem(1, "new-phone", 2)
		d.want(nil, err, "redeem another name")
	}},
	{"a registration with a name is for that name", func(d *desk) {
		d.put(aPhone("old-phone", 1))
		r := d.aCode(1)
		r.Name = "old-phone"
		d.add(r)
		if _, err := d.redeem(1, "new-phone", 2); err == nil {
			d.Fatal("another name is refused")
		}
		got, err := d.redeem(1, "", 2)
		d.want(nil, err, "redeem")
		if got.Name != "old-phone" {
			d.Fatalf("the name is the registration's: got %q", got.Name)
		}
		d.found(aPhone("old-phone", 1), "the other token of the name goes on")
	}},
	{"an old registration is forgotten in the end", func(d *desk) {
		d.add(d.aCode(1))
		d.now = d.now.Add(gateway.KeepRegistrations + time.Minute)
		d.add(d.aCode(2))
		_, err := d.redeem(1, "new-phone", 2)
		d.want(gateway.ErrRegistrationExpired, err, "kept until then")
		d.now = d.now.Add(time.Second)
		d.add(d.aCode(3))
		_, err = d.redeem(1, "new-phone", 2)
		d.want(gateway.ErrRegistrationUnknown, err, "forgotten after that")
	}},
	{"an ended context is visible in every call", func(d *desk) {
		ended, end := context.WithCancel(d.Context())
		end()
		_, find := d.principals.Find(ended, hash(1))
		_, list := d.principals.List(ended)
		_, redeem := d.principals.Redeem(ended, gateway.Redemption{Code: hash(1), Name: "a", Token: hash(2), Now: d.now})
		for _, err := range []error{
			find, list, redeem, d.principals.Put(ended, aPhone("a", 1)), d.principals.Revoke(ended, hash(1), d.now),
			d.principals.AddRegistration(ended, d.aCode(1), d.now),
		} {
			d.want(context.Canceled, err, "the error is the context's")
		}
	}},
}

var principalRestartCases = []principalCase{
	{"principals and registrations survive a restart", func(d *desk) {
		d.put(aPhone("old-phone", 1))
		d.put(aPhone("lost-phone", 2))
		d.want(nil, d.principals.Revoke(d.Context(), hash(2), d.now), "revoke")
		d.add(d.aCode(1))
		d.add(d.aCode(2))
		_, err := d.redeem(1, "new-phone", 3)
		d.want(nil, err, "redeem")
		d.restart()
		d.found(aPhone("old-phone", 1), "a token")
		revoked := aPhone("lost-phone", 2)
		revoked.Revoked = d.now
		d.found(revoked, "a revocation")
		_, err = d.redeem(1, "other-phone", 4)
		d.want(gateway.ErrRegistrationUsed, err, "a used code")
		_, err = d.redeem(2, "other-phone", 4)
		d.want(nil, err, "a code that nobody used")
	}},
}

func manyRedeem(d *desk) {
	d.add(d.aCode(1))
	const devices = 20
	var all sync.WaitGroup
	results := make(chan error, devices)
	for n := range byte(devices) {
		all.Go(func() {
			_, err := d.redeem(1, fmt.Sprintf("phone-%d", n), 100+n)
			results <- err
		})
	}
	all.Wait()
	close(results)
	accepted := 0
	for err := range results {
		if err == nil {
			accepted++
			continue
		}
		d.want(gateway.ErrRegistrationUsed, err, "all but one")
	}
	if all, err := d.principals.List(d.Context()); err != nil || accepted != 1 || len(all) != 1 {
		d.Fatalf("one code is one device: %d were accepted, the list has %v, %v", accepted, all, err)
	}
}
