package otp_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

// silent is a sender that does nothing.
type silent struct{}

func (silent) Name() string { return "silent" }

func (silent) Send(_ context.Context, m provider.Message) (provider.Receipt, error) {
	return provider.Receipt{Provider: "silent", ID: m.Ref, To: m.To}, nil
}

// newBenched makes a service that sends nothing, on a store with room for everything.
func newBenched(b *testing.B) *otp.Service {
	b.Helper()
	store, err := otp.NewMemoryStore(otp.MemoryStoreConfig{MaxRecords: 100_000_000})
	if err != nil {
		b.Fatal(err)
	}
	s, _ := newService(b, func(cfg *otp.Config) { cfg.Sender, cfg.Store = silent{}, store })
	return s
}

// besideFloor runs f and its floor in turns, and reports how much longer f takes.
func besideFloor(b *testing.B, f, floor func(n int)) {
	b.Helper()
	var took, least time.Duration
	for n := 0; b.Loop(); n++ {
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

func BenchmarkStart(b *testing.B) {
	s := newBenched(b)
	for i := 0; b.Loop(); i++ {
		req := start()
		req.Phone, req.Binding = "138"+strconv.Itoa(10_000_000+i), strconv.Itoa(i)
		if _, err := s.Start(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	s := newBenched(b)
	v, err := s.Start(b.Context(), start())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() { // a stranger's, so that no try is used up
		if _, err := s.Check(b.Context(), otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: "other", Code: "123456"}); err == nil {
			b.Fatal("right")
		}
	}
}
