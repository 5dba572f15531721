package main

import (
	"context"
	"time"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/altcha"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// work is how much a challenge costs the browser at most, in hashes: some tenths of a second.
const work = 30_000

// newCodes is the whole of what a site needs to verify numbers: a guard with challenges, and the
// service. Each has a key of its own.
func newCodes(sender provider.Provider, keys [3][]byte, now func() time.Time, note func(context.Context, otp.Event)) (*otp.Service, error) {
	challenges, err := altcha.New(altcha.Config{Key: keys[0], MaxNumber: work, Now: now})
	if err != nil {
		return nil, err
	}
	watch, err := guard.New(guard.Config{Key: keys[1], Challenger: challenges, Now: now})
	if err != nil {
		return nil, err
	}
	return otp.New(otp.Config{
		Sender: sender, Guard: watch, Key: provider.Secret(keys[2]), Now: now, OnEvent: note,
		Purposes: otp.Purposes{purposeLogin: {Lifetime: codeLife}},
	})
}
