package phonetest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/relay/phone/phonetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	number = "+8613800138000"
	code   = "Your code is 824913."
)

// backend is a server for the app, written from the same facts as the fake.
type backend struct {
	mu       sync.Mutex
	seen     []string // requests, as "METHOD path authorization"
	times    []time.Time
	bodies   []string
	receipts []receipt
	items    []string          // JSON of messages that it hands out
	answers  map[string]answer // by "METHOD path"; the default where there is none
	streams  []chan string     // what is written to each
	devices  int
}

type answer struct {
	status int
	kind   string
	body   string
}

type receipt struct {
	ID         string
	State      string
	Recipients []struct{ PhoneNumber, State, Error string }
	States     map[string]string
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body strings.Builder
	for buffer := make([]byte, 4096); ; {
		n, err := r.Body.Read(buffer)
		body.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	key := r.Method + " " + r.URL.Path
	b.mu.Lock()
	b.seen = append(b.seen, strings.TrimSpace(key+" "+r.Header.Get("Authorization")))
	b.times = append(b.times, time.Now())
	b.bodies = append(b.bodies, body.String())
	scripted, found := b.answers[key]
	b.mu.Unlock()
	if found {
		w.Header().Set("Content-Type", scripted.kind)
		w.WriteHeader(scripted.status)
		_, _ = fmt.Fprint(w, scripted.body)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	switch key {
	case "POST /mobile/v1/device":
		b.mu.Lock()
		b.devices++
		n := b.devices
		b.mu.Unlock()
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, `{"id":"d%d","token":"t%d","login":"l","password":"p"}`, n, n)
	case "PATCH /mobile/v1/device":
		w.WriteHeader(http.StatusNoContent)
	case "GET /mobile/v1/message":
		b.mu.Lock()
		defer b.mu.Unlock()
		_, _ = fmt.Fprint(w, "["+strings.Join(b.items, ",")+"]")
	case "PATCH /mobile/v1/message":
		b.store(w, body.String())
	case "GET /mobile/v1/events":
		b.stream(w, r)
	case "GET /mobile/v1/settings":
		_, _ = fmt.Fprint(w, "{}")
	case "GET /mobile/v1/webhooks":
		_, _ = fmt.Fprint(w, "[]")
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (b *backend) store(w http.ResponseWriter, body string) {
	var list []receipt
	if json.Unmarshal([]byte(body), &list) != nil || len(list) != 1 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.receipts = append(b.receipts, list...)
	w.WriteHeader(http.StatusNoContent)
}

func (b *backend) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	_ = http.NewResponseController(w).Flush()
	lines := make(chan string)
	b.mu.Lock()
	b.streams = append(b.streams, lines)
	b.mu.Unlock()
	for {
		select {
		case line, open := <-lines:
			if !open {
				return
			}
			_, _ = fmt.Fprint(w, line)
			_ = http.NewResponseController(w).Flush()
		case <-time.After(10 * time.Minute):
			_, _ = fmt.Fprint(w, ": keepalive\n\n")
			_ = http.NewResponseController(w).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// count is how many requests began like this.
func (b *backend) count(prefix string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, line := range b.seen {
		if strings.HasPrefix(line, prefix) {
			n++
		}
	}
	return n
}

// whenever are the times of requests that began like this, since a time, in seconds.
func (b *backend) whenever(prefix string, since time.Time) []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []int
	for i, line := range b.seen {
		if strings.HasPrefix(line, prefix) && !b.times[i].Before(since) {
			list = append(list, int(b.times[i].Sub(since).Seconds()))
		}
	}
	return list
}

// states are the states of the receipts that came, as "id state".
func (b *backend) states() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []string
	for _, r := range b.receipts {
		list = append(list, r.ID+" "+r.State)
	}
	return list
}

// told are the receipts that came.
func (b *backend) told() []receipt {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.receipts)
}

// body is the body of the nth request.
func (b *backend) body(n int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bodies[n]
}

// last is the last receipt that came.
func (b *backend) last() receipt {
	list := b.told()
	return list[len(list)-1]
}

// opened are the streams that were opened.
func (b *backend) opened() []chan string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.streams)
}

// forget forgets the receipts that came.
func (b *backend) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.receipts = nil
}

func (b *backend) hand(items ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = items
}

// answer scripts the answer to a method and path under /mobile/v1; a zero status takes it back.
func (b *backend) answer(method, path string, status int, body string) {
	b.answerAs(method, path, status, "application/json", body)
}

func (b *backend) answerAs(method, path string, status int, kind, body string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.answers == nil {
		b.answers = make(map[string]answer)
	}
	key := method + " /mobile/v1" + path
	if status == 0 {
		delete(b.answers, key)
		return
	}
	b.answers[key] = answer{status, kind, body}
}

// world is a backend, a network and an app, in a synctest bubble.
type world struct {
	*testing.T
	*backend

	network *phonetest.Network
	line    *phonetest.Lossy
	app     *phonetest.App
	stop    func()
}

// play runs a subtest with an app that has registered and opened its stream.
func play(t *testing.T, name string, change func(*phonetest.AppConfig), test func(w *world)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, change)
			require.NoError(t, w.app.Start(t.Context()))
			synctest.Wait()
			test(w)
		})
	})
}

func newWorld(t *testing.T, change func(*phonetest.AppConfig)) *world {
	t.Helper()
	w := &world{T: t, backend: &backend{}, network: &phonetest.Network{}}
	w.stop = w.network.Serve(w.backend)
	w.line = &phonetest.Lossy{Base: w.network.Transport()}
	cfg := phonetest.AppConfig{URL: "http://gateway.test/mobile/v1", PrivateToken: "private", Client: &http.Client{Transport: w.line}}
	if change != nil {
		change(&cfg)
	}
	w.app = phonetest.NewApp(cfg)
	t.Cleanup(w.stop)
	t.Cleanup(func() { w.app.Close() })
	return w
}

// elapse lets time go by, and waits until nothing happens any more.
func (w *world) elapse(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// write writes to the nth stream.
func (w *world) write(n int, text string) {
	stream := w.opened()[n]
	select {
	case stream <- text:
	case <-time.After(time.Second):
		require.FailNow(w, "the stream is closed")
	}
	synctest.Wait()
}

// wake sends an event over the first stream.
func (w *world) wake() { w.write(0, "event: MessageEnqueued\ndata: {}\n\n") }

// offer hands out messages and says so.
func (w *world) offer(items ...string) {
	w.hand(items...)
	w.wake()
}

// texts are what has left, as "id number".
func (w *world) texts() []string {
	var list []string
	for _, text := range w.app.Sent() {
		list = append(list, text.Job+" "+string(text.To))
	}
	return list
}

// message is the JSON of a message, with further members.
func message(id string, more ...string) string {
	return fmt.Sprintf(`{"id":%q,"textMessage":{"text":%q},"message":%q,"phoneNumbers":[%q]%s}`,
		id, code, code, number, strings.Join(append([]string{""}, more...), ","))
}
