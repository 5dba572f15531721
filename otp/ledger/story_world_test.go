package ledger_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	agent "github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/phone/phonetest"
	"github.com/cnsms/cnsms/sim"
)

const (
	siteToken  = "site-token-0123456789"
	agentToken = "agent-token-0123456789"
	fakeToken  = "fake-token-0123456789"
)

// relayText is the text as the old phones send it.
var relayText = provider.Templates{"login": {Text: "【示例】{name}您好，您的验证码是{code}，5分钟内有效。"}}

// world is a site with its users, everything that its texts go through, and what is seen of it.
type world struct {
	testing.TB
	seed    uint64
	codes   *otp.Service
	books   *ledger.Ledger
	paid    map[string]*service
	relay   provider.Provider
	handle  ledger.Handle
	servers []*sim.Server
	pushes  map[string]http.Handler
	radio   *radio
	store   *otp.MemoryStore

	running sync.WaitGroup         // what ends by itself
	serving sync.WaitGroup         // what ends with ctx
	ctx     func() context.Context // ends with the world

	mu       sync.Mutex
	users    map[string]*user // by number
	texts    map[string]int   // how many a number got
	fates    map[string]*fate // of verifications
	accepted []acceptedText
}

// fate is what happened to a verification.
type fate struct {
	codes     map[string]bool
	begun     map[int]time.Time // when each of its texts was first given to anybody
	delivered time.Time         // when a report said so
	over      time.Time         // when it was verified or canceled
	approvals int
	paid      int
}

// acceptedText is a paid text and what becomes of it.
type acceptedText struct {
	service *service
	text    sim.Text
	arrives bool
}

// luck is what happens to the nth text of a number, or to a user when n is 0.
func (w *world) luck(number string, n int) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, number, "/", n)
	return rand.New(rand.NewPCG(w.seed, h.Sum64()))
}

func (w *world) nextText(number string) *rand.Rand {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts[number]++
	return w.luck(number, w.texts[number])
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{
		TB: t, seed: seed, paid: map[string]*service{}, pushes: map[string]http.Handler{},
		users: map[string]*user{}, texts: map[string]int{}, fates: map[string]*fate{},
	}
	ctx, stop := context.WithCancel(t.Context())
	w.ctx = func() context.Context { return ctx }
	w.openRelay(stop)
	services := []*service{newAliyunVerification(), newTencent(), newZhenzi()}
	members := []ledger.Member{{Provider: w.relay, Bills: ledger.Free}}
	for _, s := range services {
		w.openPaid(s)
		members = append(members, s.member)
	}
	var err error
	w.books, err = ledger.New(ledger.Config{Members: members})
	require.NoError(t, err)
	w.openCodes(w.compose(services))
	w.handle = w.books.Reports(w.note)
	for _, s := range services[:2] {
		w.pushes[s.Name()], err = provider.ReportHandler(s.member.Provider, w.handle)
		require.NoError(t, err)
	}
	return w
}

// compose is what a site has: the old phone first, and for whatever comes after that, two
// services that take turns, and one that steps in for both.
func (w *world) compose(services []*service) provider.Provider {
	w.Helper()
	members := make([]failover.Member, len(services))
	for i, s := range services {
		members[i] = failover.Member{Provider: w.books.Watch(spy{s.member.Provider, w, true}), Price: s.unit}
	}
	pair, err := failover.NewChain(failover.ChainConfig{Name: "pair", Order: failover.Rotating, Cooldown: failover.NoCooldown}, members[0], members[1])
	require.NoError(w, err)
	retry, err := failover.NewChain(failover.ChainConfig{Name: "paid", Cooldown: failover.NoCooldown}, failover.Member{Provider: pair}, members[2])
	require.NoError(w, err)
	composer, err := failover.NewComposer(failover.ComposerConfig{
		First: failover.Member{Provider: w.books.Watch(spy{w.relay, w, false})}, Retry: failover.Member{Provider: retry},
	})
	require.NoError(w, err)
	return composer
}

// openRelay opens a gateway with two old phones: one is the real agent with a fake radio,
// the other a fake that reports deliveries too.
func (w *world) openRelay(stop context.CancelFunc) {
	w.Helper()
	queue := memqueue.New()
	tokens := []gateway.Token{{Name: "site", Role: gateway.RoleSite, Hash: gateway.HashToken(siteToken)}}
	for name, token := range map[string]string{"agent": agentToken, "fake": fakeToken} {
		tokens = append(tokens, gateway.Token{Name: name, Role: gateway.RolePhone, Hash: gateway.HashToken(token)})
	}
	quotas := []gateway.Quota{{Limit: 2, Window: time.Minute}, {Limit: 5, Window: time.Hour}}
	g, err := gateway.New(gateway.Config{Queue: queue, Tokens: tokens, Quotas: quotas})
	require.NoError(w, err)
	door := sim.HandlerTransport(relaydoor.New(g))
	client := &http.Client{Transport: losing{door, w.loses("gateway", 0.01)}}
	w.relay, err = relay.New(relay.Config{
		BaseURL: "https://relay.test", Token: siteToken, Wait: 8 * time.Second, Templates: relayText, HTTPClient: client,
	})
	require.NoError(w, err)
	w.radio = &radio{world: w}
	worker, err := agent.New(agent.Config{BaseURL: "https://relay.test", Token: agentToken, Sender: w.radio, HTTPClient: &http.Client{Transport: door}})
	require.NoError(w, err)
	w.serving.Go(func() { _ = worker.Run(w.ctx()) })
	fake := phonetest.NewPhone(phonetest.PhoneConfig{
		URL: "https://relay.test", Token: fakeToken, Radio: w.radio.carry, Client: &http.Client{Transport: door},
	})
	fake.Start()
	w.Cleanup(func() {
		stop()
		w.serving.Wait()
		fake.Close()
		for _, server := range w.servers {
			server.Close()
		}
		require.NoError(w, g.Close())
		require.NoError(w, queue.Close())
	})
}

// openPaid opens a simulated service behind a network that loses requests and answers. Each
// has an outage of its own.
func (w *world) openPaid(s *service) {
	w.Helper()
	w.paid[s.Name()] = s
	server := sim.New(sim.Config{Keep: 1}, tapped{s, func(text sim.Text) { w.carry(s, text) }})
	w.servers = append(w.servers, server)
	_, err := server.Inject(sim.Fault{Effect: sim.EffectRefuse, Kind: provider.KindUnavailable, Skip: 10*len(w.servers) + int(w.seed%7), Times: 3})
	require.NoError(w, err)
	s.member.Provider, err = s.open(&http.Client{Transport: losing{server.Transport(), w.loses(s.Name(), 0.02)}})
	require.NoError(w, err)
}

func (w *world) openCodes(sender provider.Provider) {
	w.Helper()
	var err error
	w.store, err = otp.NewMemoryStore(otp.MemoryStoreConfig{})
	require.NoError(w, err)
	w.codes, err = otp.New(otp.Config{
		Sender: sender, Key: "a key of thirty-two bytes and more", Store: w.store, Guard: w.newGuard(), OnEvent: w.hear,
		Purposes: otp.Purposes{
			"login": {EscalateAfter: 30 * time.Second},
			"reset": {Template: "login", Ladder: []time.Duration{30 * time.Second, time.Minute}},
		},
	})
	require.NoError(w, err)
	w.serving.Go(func() { _ = w.codes.Run(w.ctx()) })
}

// loses is a network that loses that share of the requests, and that share of the answers.
func (w *world) loses(name string, share float64) func() (request, answer bool) {
	var mu sync.Mutex
	random := w.luck(name, 0)
	return func() (request, answer bool) {
		mu.Lock()
		defer mu.Unlock()
		return random.Float64() < share, random.Float64() < share
	}
}

// newGuard is a guard with its own rules but two: a site whose users may ask again after half
// a minute says so to it, and what texts to strangers may cost.
func (w *world) newGuard() *guard.Guard {
	w.Helper()
	rules := guard.DefaultRules()
	rules.PhoneGap, rules.Money = 30*time.Second, 10_000
	g, err := guard.New(guard.Config{Key: []byte("a key of thirty-two bytes and more"), Rules: &rules, Challenger: people{}})
	require.NoError(w, err)
	return g
}

// people solve every challenge that they are given.
type people struct{}

func (people) Verify(_ context.Context, token string) (string, error) { return token, nil }
