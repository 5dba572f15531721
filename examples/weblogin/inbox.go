package main

import (
	"context"
	"regexp"
	"sync"

	"github.com/cnsms/cnsms/examples/internal/stage"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/phone"
)

// kept is how many texts the user's phone shows, and how many codes the ledger lists.
const kept = 20

// received is a text on the user's phone.
type received struct {
	ID   int    `json:"id"`
	At   int64  `json:"at"` // in milliseconds since the Unix epoch
	From string `json:"from"`
	Way  string `json:"way"` // the provider that sent it
	To   string `json:"to"`
	Text string `json:"text"`
	Code string `json:"code"`
}

// inbox is the user's phone: it has whatever number the user types, and gets what the old
// phone and the paid services send.
type inbox struct {
	clock *stage.Clock
	bell  *bell

	mu    sync.Mutex
	seq   int
	texts []received // newest first
	lose  bool       // the network loses the next text
}

// deliver brings a text to the phone, and reports whether it has arrived. Nobody sees what
// is sent to the numbers of bots.
func (i *inbox) deliver(t received) bool {
	defer i.bell.ring()
	if isBots(t.To) {
		return true
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.lose {
		i.lose = false
		return false
	}
	i.seq++
	t.ID, t.At, t.Code = i.seq, i.clock.Now().UnixMilli(), codeIn.FindString(t.Text)
	t.To = masked(t.To)
	i.texts = append([]received{t}, i.texts[:min(len(i.texts), kept-1)]...)
	return true
}

var codeIn = regexp.MustCompile(`\d{6}`)

// masked is a number as a screen may show it.
func masked(number string) string {
	p, err := provider.ParsePhone(number)
	if err != nil {
		return ""
	}
	return p.String()
}

func (i *inbox) loseNext(lose bool) {
	i.mu.Lock()
	i.lose = lose
	i.mu.Unlock()
	i.bell.ring()
}

// shown are the texts, newest first, and whether the next one is lost.
func (i *inbox) shown() (texts []received, lose bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]received{}, i.texts...), i.lose
}

// radio is the SIM card of the old phone, which sends what the relay gives it. A text that
// the network loses was sent all the same: the old phone cannot know.
type radio struct{ inbox *inbox }

// oldPhoneNumber is the number of the old phone's SIM card.
const oldPhoneNumber = "137 1234 5678"

// Send sends a text.
func (r radio) Send(_ context.Context, t phone.Text) error {
	r.inbox.deliver(received{From: oldPhoneNumber, Way: wayFree, To: string(t.To), Text: string(t.Body)})
	return nil
}

// bell wakes who waits for news. Its zero value is ready.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// ring wakes all who wait.
func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

// wait returns what is closed at the next ring.
func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}
