package otp_test

import (
	"context"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// silent is a sender that does nothing.
type silent struct{}

func (silent) Name() string { return "silent" }

func (silent) Send(_ context.Context, m provider.Message) (provider.Receipt, error) {
	return provider.Receipt{Provider: "silent", ID: m.Ref, To: m.To}, nil
}

// besideFloor runs f and its floor in turns, and reports how much longer f takes.
func besideFloor(b *testing.B, f, floor func(n int)) {
	b.Helper()
	besideFloorAfter(b, func(int) {}, f, floor)
}

// besideFloorAfter also prepares each turn, which is not measured.
func besideFloorAfter(b *testing.B, prepare, f, floor func(n int)) {
	b.Helper()
	var took, least time.Duration
	for n := 0; b.Loop(); n++ {
		prepare(n)
		began := time.Now()
		f(n)
		between := time.Now()
		floor(n)
		took, least = took+between.Sub(began), least+time.Since(between)
	}
	b.ReportMetric(float64(took)/float64(least), "x-floor")
	b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "ns/call")
}

// BenchmarkCode derives a code. The floor is the HMAC that it is made of.
func BenchmarkCode(b *testing.B) {
	codes := otp.NewCodes(key)
	besideFloor(b, func(n int) { codes(n, 6) }, otp.NewHMAC(key))
}

// BenchmarkCompare makes the tag of a typed code and compares it. The floor is one HMAC.
func BenchmarkCompare(b *testing.B) {
	compare := otp.NewComparison(key, "042137")
	besideFloor(b, func(int) { compare("042138") }, otp.NewHMAC(key))
}

// BenchmarkDeriveAndCompare is both together.
func BenchmarkDeriveAndCompare(b *testing.B) {
	codes, compare := otp.NewCodes(key), otp.NewComparison(key, "042137")
	besideFloor(b, func(n int) { compare(codes(n, 6)) }, otp.NewHMAC(key))
}

// bench is a service that sends nothing, under a guard that counts and decides as always, and lets
// everything through. The floor is what its stores do without it.
type bench struct {
	*testing.B
	service *otp.Service
	guard   *guard.Guard
	store   *otp.MemoryStore
	tickets []string
}

func newBench(b *testing.B) *bench {
	b.Helper()
	stores := [2]*otp.MemoryStore{}
	for i := range stores {
		var err error
		if stores[i], err = otp.NewMemoryStore(otp.MemoryStoreConfig{MaxRecords: 100_000_000}); err != nil {
			b.Fatal(err)
		}
	}
	lenient := func(cfg *guard.Config) {
		cfg.RecordOnly, cfg.Store = true, guard.NewMemoryStore(guard.MemoryConfig{MaxKeys: 1_000_000_000})
	}
	s, _ := newService(b, func(cfg *otp.Config) {
		cfg.Sender, cfg.Store, cfg.Guard = silent{}, stores[0], newGuard(b, 100, time.Now, lenient)
	})
	return &bench{B: b, service: s, guard: newGuard(b, 100, time.Now, lenient), store: stores[1]}
}

// request is that of the nth user.
func (b *bench) request(n int) otp.StartRequest {
	return otp.StartRequest{
		Purpose: "login", Phone: "138" + strconv.Itoa(10_000_000+n), Binding: strconv.Itoa(n),
		Client: netip.AddrFrom4([4]byte{20, byte(n >> 16), byte(n >> 8), byte(n)}).String(),
	}
}

func (b *bench) must(err error) {
	if err != nil {
		b.Fatal(err)
	}
}

// start is a Start without the service.
func (b *bench) start(n int) {
	req, id := b.request(n), otp.IDOf(n)
	d, err := b.guard.Reserve(b.Context(), guard.Request{
		Phone: provider.MustParsePhone(req.Phone), Client: netip.MustParseAddr(req.Client), Session: req.Binding, Purpose: "login",
	})
	b.must(err)
	b.tickets = append(b.tickets, d.Ticket)
	_, err = b.store.Create(b.Context(), otp.Creation{
		Record:   otp.Record{ID: id, KeyID: "k", Phone: id, Binding: id, Tag: id, Purpose: "login", Pending: id, MaxTries: 5, MaxSends: 5},
		Lifetime: time.Minute, Lease: time.Minute, Grace: time.Minute, Pending: []string{id}, Ticket: d.Ticket,
	})
	b.must(err)
	_, err = b.store.Settle(b.Context(), otp.Settlement{ID: id, Number: 1, Outcome: otp.Accepted, Message: id})
	b.must(err)
}

// BenchmarkStart is a whole Start, but for the service that sends.
func BenchmarkStart(b *testing.B) {
	w := newBench(b)
	besideFloor(b, func(n int) {
		_, err := w.service.Start(b.Context(), w.request(n))
		w.must(err)
	}, w.start)
}

// BenchmarkCheck is a whole Check of a right code.
func BenchmarkCheck(b *testing.B) {
	w := newBench(b)
	var v otp.Verification
	besideFloorAfter(b, func(n int) {
		req := w.request(n)
		req.Code = "042137"
		var err error
		v, err = w.service.Start(b.Context(), req)
		w.must(err)
		w.start(n)
	}, func(n int) {
		_, err := w.service.Check(b.Context(), otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: strconv.Itoa(n), Code: "042137"})
		w.must(err)
	}, func(n int) {
		id := otp.IDOf(n)
		a, err := w.store.Try(b.Context(), otp.Trial{ID: id, Proofs: []otp.Proof{{KeyID: "k", Binding: id, Tag: id}}})
		w.must(err)
		if a.Verdict != otp.Done {
			b.Fatal(a.Verdict)
		}
		w.must(w.guard.Verified(b.Context(), w.tickets[n]))
	})
}
