package redisstore_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover/failovertest"
	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/storetest"
)

// lossy is a line to a server on which one answer in five is lost after the server has done what was
// asked, and a client that asks again. Erase is spared: the client does not ask for that again.
func lossy(t *testing.T, server redistest.Redis) redis.UniversalClient {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	addr := redistest.Proxy(t, server.Addrs[0], func(sent []byte) bool {
		script := bytes.Contains(sent, []byte("evalsha")) && !bytes.Contains(sent, []byte("\r\nerase\r\n"))
		return script && random.IntN(5) == 0
	})
	through := redistest.Redis{Addrs: []string{addr}}
	return through.Client(t, func(o *redis.UniversalOptions) {
		o.MaxRetries, o.MinRetryBackoff, o.MaxRetryBackoff = 30, -1, -1
	})
}

// TestO26NothingIsDoneTwiceOnALossyLine has all cases of the suite hold on a line that loses answers:
// no try is burned twice, no right code is told to be used, and no answer differs from that
// of a store in memory.
func TestO26NothingIsDoneTwiceOnALossyLine(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		t.Helper()
		m := redistest.Mini(t)
		return storetest.Harness{Store: newVerifications(t, lossy(t, m.Redis), "lossy"), Advance: m.Advance, Now: m.Now}
	})
}

// TestO26ServicesOnALossyLine has racing services hear exactly once that a code is right, though
// answers are lost.
func TestO26ServicesOnALossyLine(t *testing.T) {
	t.Parallel()
	server := redistest.Server(t)
	storetest.RunServices(t, func(t *testing.T) storetest.Harness {
		t.Helper()
		h := on(server.Client(t))(t)
		name := prefix()
		h.Store = newVerifications(t, lossy(t, *server), name)
		h.Endless = func() []string { return redistest.Endless(t, server.Client(t), "{"+name+"}:") }
		h.Dump = func() string { return redistest.Dump(t, server.Client(t), "{"+name+"}:") }
		return h
	})
}

func TestNoAttemptCountsTwiceOnALossyLine(t *testing.T) {
	t.Parallel()
	server := redistest.Server(t)
	failovertest.Run(t, func(t *testing.T) failovertest.Harness {
		t.Helper()
		return failovertest.Harness{Store: newAttempts(t, lossy(t, *server), prefix()), Advance: sleep(t)}
	})
}

// TestALostEraseIsAnError cuts the line after the server has erased.
func TestALostEraseIsAnError(t *testing.T) {
	t.Parallel()
	m := redistest.Mini(t)
	through := redistest.Redis{Addrs: []string{redistest.Proxy(t, m.Addrs[0], func(sent []byte) bool {
		return bytes.Contains(sent, []byte("\r\nerase\r\n"))
	})}}
	store := newVerifications(t, through.Client(t), "erase")
	made := created(t, store, 1)
	list, err := store.Person(t.Context(), otp.Person{Phones: []string{made.Phone}, Action: otp.Export})
	require.NoError(t, err)
	require.Len(t, list.Records, 1)
	_, err = store.Person(t.Context(), otp.Person{Phones: []string{made.Phone}, Action: otp.Erase})
	require.ErrorContains(t, err, "redisstore: person: ")
	a, err := store.Look(t.Context(), made.ID)
	require.NoError(t, err)
	require.Equal(t, otp.Unknown, a.Verdict, "it was done")
}

// created stores a record.
func created(tb testing.TB, store otp.Store, n int) otp.Record {
	tb.Helper()
	a, err := store.Create(tb.Context(), creation(n))
	require.NoError(tb, err)
	require.Equal(tb, otp.Done, a.Verdict)
	return a.Record
}

// creation is the nth verification, of a number of its own.
func creation(n int) otp.Creation {
	text := func(what string) string { return (what + strings.Repeat("a", 26))[:26-len(digits(n))] + digits(n) }
	r := otp.Record{
		ID: text("id"), Purpose: "login", KeyID: "key", Tag: text("tag"), Binding: text("binding"), Phone: text("phone"), Pending: text("pending"),
		Sealed: strings.Repeat("c", 150), MaxTries: 5, MaxSends: 5, Ladder: []int64{60_000, 60_000, 120_000, 300_000}, Guesses: 100, Digits: 6,
	}
	return otp.Creation{Record: r, Lifetime: 10 * time.Minute, Lease: time.Minute, Grace: 10 * time.Minute, Pending: []string{r.Pending}, Ticket: "ticket"}
}

func digits(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	text := ""
	for ; n > 0; n /= 26 {
		text = string(letters[n%26]) + text
	}
	return text
}
