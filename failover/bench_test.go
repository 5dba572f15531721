package failover_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// The floor of every benchmark here is the send of a provider in memory, timed
// in the same run: ns-over-floor is what the composer adds to it. The aim is
// less than 1000 ns and at most 4 allocations.

// inMemory accepts everything at once.
type inMemory struct{ name string }

func (p *inMemory) Name() string { return p.name }

func (p *inMemory) Send(_ context.Context, m provider.Message) (provider.Receipt, error) {
	return provider.Receipt{Provider: p.name, ID: "1", To: m.To}, nil
}

// refusing refuses everything at once.
type refusing struct{ inMemory }

var errRefused = &provider.Error{Provider: "refusing", Op: provider.OpSend, Kind: provider.KindBlocked}

func (p *refusing) Send(context.Context, provider.Message) (provider.Receipt, error) {
	return provider.Receipt{}, errRefused
}

// benchPhones are different recipients, so that stores do not see one key only.
func benchPhones(b *testing.B) []provider.Phone {
	b.Helper()
	phones := make([]provider.Phone, 4096)
	for i := range phones {
		phone, err := provider.NewPhone("86", "1380"+string([]byte{
			'0' + byte(i/1000%10), '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10),
		})+"000")
		require.NoError(b, err)
		phones[i] = phone
	}
	return phones
}

// benchSend times sends through p and reports the difference to the floor.
func benchSend(b *testing.B, p provider.Provider, m provider.Message) {
	b.Helper()
	phones := benchPhones(b)
	ctx := b.Context()
	var failed error
	send := func(p provider.Provider, i int) {
		m.To = phones[i%len(phones)]
		if _, err := p.Send(ctx, m); err != nil {
			failed = err
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		send(p, i)
		i++
	}
	elapsed := b.Elapsed()
	require.NoError(b, failed)
	began := time.Now()
	for i := range b.N {
		send(benchFloor, i)
	}
	floor := time.Since(began)
	b.ReportMetric(float64(elapsed-floor)/float64(b.N), "ns-over-floor/op")
}

var benchFloor provider.Provider = &inMemory{"floor"}

func BenchmarkFloor(b *testing.B) { benchSend(b, benchFloor, codeMessage) }

func BenchmarkChain(b *testing.B) {
	plain := []failover.Member{{Provider: &inMemory{"a"}}, {Provider: &inMemory{"b"}}}
	priced := []failover.Member{{Provider: &inMemory{"a"}, Price: failover.Fen, Limits: failover.Limits{DailyBudget: 1e15}}, {Provider: &inMemory{"b"}}}
	timed := []failover.Member{{Provider: &inMemory{"a"}, Timeout: time.Minute}, {Provider: &inMemory{"b"}}}
	second := []failover.Member{{Provider: &refusing{inMemory{"a"}}}, {Provider: &inMemory{"b"}}}
	ignore := func(context.Context, failover.Attempt) {}
	for _, bench := range []struct {
		name    string
		cfg     failover.ChainConfig
		members []failover.Member
	}{
		{"in order", failover.ChainConfig{}, plain},
		{"rotating", failover.ChainConfig{Order: failover.Rotating}, plain},
		{"weighted", failover.ChainConfig{Order: failover.Weighted}, plain},
		{"observed", failover.ChainConfig{OnAttempt: ignore}, plain},
		{"priced", failover.ChainConfig{}, priced},
		{"with a timeout", failover.ChainConfig{}, timed},
		{"second member", failover.ChainConfig{}, second},
	} {
		b.Run(bench.name, func(b *testing.B) {
			chain, err := failover.NewChain(bench.cfg, bench.members...)
			require.NoError(b, err)
			benchSend(b, chain, codeMessage)
		})
	}
}

func BenchmarkComposer(b *testing.B) {
	for _, bench := range []struct {
		name    string
		attempt int
		key     provider.Secret
		retries int
	}{
		{"first attempt", 1, "", failover.NoMaxRetries},
		{"counted", 0, "", failover.NoMaxRetries}, // the first of each phone, and retries from then on
		{"counted by key", 0, "secret", failover.NoMaxRetries},
		{"retries counted", 2, "", math.MaxInt},
	} {
		b.Run(bench.name, func(b *testing.B) {
			composer, err := failover.NewComposer(failover.ComposerConfig{
				First: failover.Member{Provider: &inMemory{"relay"}},
				Retry: failover.Member{Provider: &inMemory{"paid"}},
				Key:   bench.key, MaxRetries: bench.retries,
			})
			require.NoError(b, err)
			m := codeMessage
			m.Attempt = bench.attempt
			benchSend(b, composer, m)
		})
	}
}

// BenchmarkComposerNewPhones never sees a phone twice: the store grows to its
// limit and drops a count for each that it makes.
func BenchmarkComposerNewPhones(b *testing.B) {
	store, err := failover.NewMemoryStore(failover.MemoryStoreConfig{MaxKeys: 2048})
	require.NoError(b, err)
	composer, err := failover.NewComposer(failover.ComposerConfig{
		First:    failover.Member{Provider: &inMemory{"relay"}},
		Retry:    failover.Member{Provider: &inMemory{"paid"}},
		Attempts: store,
	})
	require.NoError(b, err)
	benchSend(b, composer, codeMessage)
}

// BenchmarkNested is the usual whole: a composer that hears of the attempts, and
// a chain behind it.
func BenchmarkNested(b *testing.B) {
	chain, err := failover.NewChain(failover.ChainConfig{},
		failover.Member{Provider: &inMemory{"a"}, Price: failover.Fen},
		failover.Member{Provider: &inMemory{"b"}, Price: failover.Fen})
	require.NoError(b, err)
	composer, err := failover.NewComposer(failover.ComposerConfig{
		First:     failover.Member{Provider: &inMemory{"relay"}},
		Retry:     failover.Member{Provider: chain},
		OnAttempt: func(context.Context, failover.Attempt) {},
	})
	require.NoError(b, err)
	benchSend(b, composer, codeMessage)
}

func BenchmarkParallel(b *testing.B) {
	composer, err := failover.NewComposer(failover.ComposerConfig{
		First: failover.Member{Provider: &inMemory{"relay"}},
		Retry: failover.Member{Provider: &inMemory{"paid"}},
	})
	require.NoError(b, err)
	phones := benchPhones(b)
	for _, bench := range []struct {
		name string
		p    provider.Provider
	}{{"floor", benchFloor}, {"composer", composer}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(32) // 64 senders on two cores
			b.RunParallel(func(pb *testing.PB) {
				m := codeMessage
				for i := 0; pb.Next(); i++ {
					m.To = phones[i%len(phones)]
					if _, err := bench.p.Send(b.Context(), m); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
