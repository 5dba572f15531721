package redisstore_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/redisstore"
)

// The floor of each call is a script of the same length that takes the same keys and arguments, reads and
// writes the same keys and as many bytes, and answers as many, but reads no record and knows no rule.
const (
	floorClock = "redis.call('TIME') redis.call('GET', KEYS[1]) redis.call('SET', KEYS[1], '1795857312986', 'PX', 600000)\n"
	floorRead  = floorClock + "local text = redis.call('GET', KEYS[3])\n"
	floorWrite = "redis.call('SET', KEYS[3], text, 'PX', 1200000)\n"
	floorReply = "return 'done 1795857312986 0\\n' .. text\n"
)

// op is a call that is measured.
type op struct {
	name    string
	prepare func(b *testing.B, s *redisstore.Verifications, r otp.Record) // the record was stored
	call    func(ctx context.Context, s *redisstore.Verifications, r otp.Record) (otp.Answer, error)
	want    otp.Verdict
	floor   string
	keys    func(r otp.Record) []string
	args    func(r otp.Record) []any
}

func accept(r otp.Record) otp.Settlement {
	return otp.Settlement{ID: r.ID, Number: 1, Outcome: otp.Accepted, Provider: "tencent", Message: "m" + r.ID[1:]}
}

func settle(b *testing.B, s *redisstore.Verifications, r otp.Record) {
	b.Helper()
	_, err := s.Settle(b.Context(), accept(r))
	require.NoError(b, err)
}

func proofArgs(t otp.Trial) []any {
	p := t.Proofs[0]
	return []any{p.KeyID, p.Binding, "-", p.Tag}
}

var ops = []op{
	{
		name: "look", prepare: settle, want: otp.Done, floor: floorRead + floorReply,
		call: func(ctx context.Context, s *redisstore.Verifications, r otp.Record) (otp.Answer, error) {
			return s.Look(ctx, r.ID)
		},
	},
	{
		name: "create", want: otp.Done,
		call: func(ctx context.Context, s *redisstore.Verifications, r otp.Record) (otp.Answer, error) {
			return s.Create(ctx, fresh(r))
		},
		floor: floorClock + `redis.call('GET', KEYS[3] .. 'x')
			redis.call('GET', KEYS[7] .. 'x')
			redis.call('ZCOUNT', KEYS[4], '(1795857312986', '+inf')
			redis.call('ZADD', KEYS[4], 1795857312986, 'idaaaaaaaaaaaaaaaaaaaaaaah')
			redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', '-1')
			redis.call('PTTL', KEYS[4]) redis.call('PEXPIRE', KEYS[4], 1200000)
			redis.call('SET', KEYS[5], 'idaaaaaaaaaaaaaaaaaaaaaaah', 'PX', 1200000)
			local text = ARGV[3]
		` + floorWrite + floorReply,
		keys: func(r otp.Record) []string {
			return []string{"phone:" + r.Phone + "x", "pending:" + r.Pending + "x", "idempotency:", "pending:" + r.Pending + "x"}
		},
		args: func(r otp.Record) []any {
			return []any{redisstore.WriteFixed(fresh(r).Record), 600000, 60000, 600000, "ticket", 0, 1, 100, 0}
		},
	},
	{
		name: "settle", want: otp.Done,
		call: func(ctx context.Context, s *redisstore.Verifications, r otp.Record) (otp.Answer, error) {
			return s.Settle(ctx, accept(r))
		},
		floor: floorRead + `redis.call('GET', KEYS[4])
			redis.call('SET', KEYS[4], 'send idaaaaaaaaaaaaaaaaaaaaaaah 1 1795857312986', 'PX', 1200000)
		` + floorWrite + floorReply,
		keys: func(r otp.Record) []string { return []string{"message:m" + r.ID[1:]} },
		args: func(r otp.Record) []any { return []any{1, "accepted", "tencent", "m" + r.ID[1:], "-", "-"} },
	},
	{
		name: "try, wrong", prepare: settle, want: otp.Mismatch,
		call: func(ctx context.Context, s *redisstore.Verifications, r otp.Record) (otp.Answer, error) {
			return s.Try(ctx, trial(r, false))
		},
		floor: floorRead + `redis.call('HGETALL', KEYS[4])
			redis.call('HINCRBY', KEYS[4], '498849', 1) redis.call('PEXPIRE', KEYS[4], 93600000)
		` + floorWrite + floorReply,
		keys: func(r otp.Record) []string { return []string{"wrong:" + r.Phone} },
		args: func(r otp.Record) []any { return proofArgs(trial(r, false)) },
	},
	{
		name: "try, right", prepare: settle, want: otp.Done,
		call: func(ctx context.Context, s *redisstore.Verifications, r otp.Record) (otp.Answer, error) {
			return s.Try(ctx, trial(r, true))
		},
		floor: floorRead + "redis.call('HGETALL', KEYS[4])\n" + floorWrite + floorReply,
		keys:  func(r otp.Record) []string { return []string{"wrong:" + r.Phone} },
		args:  func(r otp.Record) []any { return proofArgs(trial(r, true)) },
	},
	{
		name: "claim", want: otp.Done, floor: floorRead + floorWrite + floorReply,
		prepare: func(b *testing.B, s *redisstore.Verifications, r otp.Record) {
			b.Helper()
			settle(b, s, r)
			_, err := s.Note(b.Context(), otp.News{ID: r.ID, Number: 1})
			require.NoError(b, err)
		},
		call: func(ctx context.Context, s *redisstore.Verifications, r otp.Record) (otp.Answer, error) {
			return s.Claim(ctx, otp.Claim{ID: r.ID, Proofs: trial(r, false).Proofs, Ticket: "ticket"})
		},
		args: func(r otp.Record) []any { return append([]any{0, 0, "ticket"}, proofArgs(trial(r, false))...) },
	},
	{
		name: "note", prepare: settle, want: otp.Done,
		call: func(ctx context.Context, s *redisstore.Verifications, r otp.Record) (otp.Answer, error) {
			return s.Note(ctx, otp.News{Messages: []string{accept(r).Message}, Delivered: true, Keep: time.Minute})
		},
		floor: floorRead + "redis.call('GET', KEYS[4])\n" + floorWrite + floorReply,
		keys:  func(r otp.Record) []string { return []string{"message:m" + r.ID[1:]} },
		args:  func(otp.Record) []any { return []any{"-", 0, 1, 60000} },
	},
}

// fresh asks for another record than r, of the same size.
func fresh(r otp.Record) otp.Creation {
	c := creation(1)
	c.Record.ID, c.Record.Phone, c.Record.Pending = "7"+r.ID[1:], "7"+r.Phone[1:], "7"+r.Pending[1:]
	c.Pending[0] = c.Record.Pending
	return c
}

// BenchmarkVerifications measures each call of the store and its floor in turns, eight at a time.
// "×raw" is the rate as a share of the floor's.
func BenchmarkVerifications(b *testing.B) {
	client := redistest.Server(b).Client(b)
	serial := 0
	for _, o := range ops {
		b.Run(o.name, func(b *testing.B) {
			store := newVerifications(b, client, "bench")
			name, _, _ := strings.Cut(o.name, ",")
			length := len(redisstore.SourceOf(name))
			floor := redis.NewScript(o.floor + "--" + strings.Repeat("-", max(0, length-len(o.floor)-2)))
			require.NoError(b, floor.Load(b.Context(), client).Err())
			var ours, least []time.Duration
			for b.Loop() {
				ours = append(ours, inTurns(b, store, o, &serial, func(r otp.Record) {
					a, err := o.call(b.Context(), store, r)
					if err != nil || a.Verdict != o.want {
						b.Errorf("%s: %s %v", o.name, a.Verdict, err)
					}
				}))
				least = append(least, inTurns(b, store, o, &serial, func(r otp.Record) {
					if _, err := floor.EvalSha(b.Context(), client, floorKeys(o, r), floorArgs(o, r)...).Text(); err != nil {
						b.Error(err)
					}
				}))
			}
			b.ReportMetric(float64(quiet(least))/float64(quiet(ours)), "×raw")
			b.ReportMetric(float64(quiet(ours).Nanoseconds())/batch/1000, "µs/call")
		})
	}
}

// quiet returns the time that a quarter of them stay below: on a machine that does other things
// as well, the longer ones tell about these.
func quiet(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/4]
}

func floorKeys(o op, r otp.Record) []string {
	keys := []string{"{bench}:otp:clock", "{bench}:otp:due", "{bench}:otp:record:" + r.ID}
	if o.keys != nil {
		for _, key := range o.keys(r) {
			keys = append(keys, "{bench}:otp:"+key)
		}
	}
	return keys
}

func floorArgs(o op, r otp.Record) []any {
	args := []any{"{bench}:otp:", "abcdefghij"}
	if o.args != nil {
		args = append(args, o.args(r)...)
	}
	return args
}

// batch is how many calls are measured together, workers how many at a time.
const batch, workers = 64, 8

// inTurns prepares records, and measures what is done with them.
func inTurns(b *testing.B, store *redisstore.Verifications, o op, serial *int, do func(r otp.Record)) time.Duration {
	b.Helper()
	records := make([]otp.Record, batch)
	for i := range records {
		*serial++
		records[i] = created(b, store, *serial)
		if o.prepare != nil {
			o.prepare(b, store, records[i])
		}
	}
	var wg sync.WaitGroup
	began := time.Now()
	for w := range workers {
		wg.Go(func() {
			for i := w; i < batch; i += workers {
				do(records[i])
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// silent is a sender that does nothing.
type silent struct{}

func (silent) Name() string { return "silent" }

func (silent) Send(_ context.Context, m provider.Message) (provider.Receipt, error) {
	return provider.Receipt{Provider: "silent", ID: m.Ref, To: m.To}, nil
}

// BenchmarkService measures what users wait for, one at a time: Start is two calls of the
// store, and Check with a wrong code one.
func BenchmarkService(b *testing.B) {
	client := redistest.Server(b).Client(b)
	s, err := otp.New(otp.Config{
		Sender: silent{}, Key: provider.Secret(strings.Repeat("k", otp.MinKey)), Purposes: otp.Purposes{"login": {}}, Guard: otp.NoGuard,
		Store: newVerifications(b, client, "service"),
	})
	require.NoError(b, err)
	number := 0
	start := func(b *testing.B) otp.Verification {
		b.Helper()
		number++
		v, err := s.Start(b.Context(), otp.StartRequest{Purpose: "login", Phone: strconv.Itoa(13_800_000_000 + number), Binding: "session"})
		require.NoError(b, err)
		return v
	}
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			start(b)
		}
	})
	b.Run("check", func(b *testing.B) {
		var took time.Duration
		for b.Loop() {
			v := start(b)
			began := time.Now()
			_, err := s.Check(b.Context(), otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: "session", Code: "123"})
			took += time.Since(began)
			require.ErrorIs(b, err, otp.WrongCode)
		}
		b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "ns/op")
	})
}

// BenchmarkMemory tells what Redis uses for a pending verification with its indexes, of a number
// of its own.
func BenchmarkMemory(b *testing.B) {
	client := redistest.Server(b).Client(b)
	store := newVerifications(b, client, "memory")
	used := func() float64 {
		info, err := client.Info(b.Context(), "memory").Result()
		require.NoError(b, err)
		_, rest, _ := strings.Cut(info, "used_memory:")
		line, _, _ := strings.Cut(rest, "\r\n")
		n, err := strconv.ParseFloat(line, 64)
		require.NoError(b, err)
		return n
	}
	settle(b, store, created(b, store, 0))
	before, n := used(), 0
	for b.Loop() {
		n++
		settle(b, store, created(b, store, n))
	}
	b.ReportMetric((used()-before)/float64(n), "B/record")
}
