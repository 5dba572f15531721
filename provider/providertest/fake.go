package providertest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Fake is a provider for unit tests. It sends nothing, records every message,
// and accepts each unless the script says otherwise. The zero value is ready;
// do not copy a Fake after its first use. It is safe for concurrent use.
//
// A Fake refuses what every adapter refuses: a message without a number or
// without a template, and, where Templates is set, a template that is not mapped
// or parameters that do not fit.
//
// A Fake can do nothing besides sending, as most providers. [VerifyFake],
// [BalanceFake] and [StatusFake] each can do one thing more.
type Fake struct {
	// ProviderName is what Name returns. Default: "fake".
	ProviderName string
	// Templates are the templates that the Fake knows. Default: it takes any.
	Templates provider.Templates
	// Now is the clock. Default: time.Now.
	Now func() time.Time

	lazy atomic.Pointer[fakeRecord]
}

// fakeRecord is what a fake has seen and what it is to do. It sits behind a
// pointer of a Fake's, so that printing a Fake, or what holds one, shows no
// codes whatever the verb.
type fakeRecord struct {
	mu        sync.Mutex
	attempts  []Attempt
	accepted  int
	script    []Result
	perPhone  map[provider.Phone][]Result
	otherwise Result
	codes     map[provider.Phone]string // the last one of each phone
	made      map[string]string         // by receipt id, where the fake makes the codes
}

// record returns the fake's record, which the first caller makes.
func (f *Fake) record() *fakeRecord {
	if r := f.lazy.Load(); r != nil {
		return r
	}
	f.lazy.CompareAndSwap(nil, &fakeRecord{perPhone: map[provider.Phone][]Result{}, codes: map[provider.Phone]string{}, made: map[string]string{}})
	return f.lazy.Load()
}

// Attempt is one call of Send and what it returned.
type Attempt struct {
	// Message is what was sent, with a copy of its Params.
	Message provider.Message
	// Receipt is set when Err is nil.
	Receipt provider.Receipt
	// Err is why the message was refused.
	Err error
}

const (
	fakeName = "fake"
	// firstMadeCode is one less than the first code that a VerifyFake makes.
	firstMadeCode = 100000
)

// Name returns ProviderName, or "fake".
func (f *Fake) Name() string {
	if f.ProviderName == "" {
		return fakeName
	}
	return f.ProviderName
}

// Send records m and answers as scripted. The ids of receipts are the fake's
// name and a number: fake-1, fake-2, and so on.
func (f *Fake) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	return f.send(ctx, m, provider.CodeByCaller)
}

func (f *Fake) send(ctx context.Context, m provider.Message, origin provider.CodeOrigin) (provider.Receipt, error) {
	m.Params = maps.Clone(m.Params)
	attempt := Attempt{Message: m, Err: f.judge(ctx, m)}
	if attempt.Err == nil {
		attempt.Receipt = provider.Receipt{Provider: f.Name(), To: m.To, Code: origin, At: f.now()}
	}
	f.record().add(&attempt)
	return attempt.Receipt, attempt.Err
}

// judge decides whether m is refused.
func (f *Fake) judge(ctx context.Context, m provider.Message) error {
	if err := f.check(m); err != nil {
		return f.signed(err)
	}
	if err := ctx.Err(); err != nil {
		return f.ended(err, false)
	}
	return f.record().next(m.To).play(ctx, f)
}

// check refuses what an adapter refuses before any request.
func (f *Fake) check(m provider.Message) error {
	if err := m.Validate(); err != nil || f.Templates == nil {
		return err
	}
	template, err := f.Templates.Lookup(m.Template)
	if err != nil {
		return err
	}
	if template.ID != "" {
		_, err = template.Values(m.Params)
	} else {
		_, err = template.Render(m.Params)
	}
	return err
}

// add records the attempt. An accepted one gets its id here, and its code where
// the fake makes the codes.
func (r *fakeRecord) add(attempt *Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if attempt.Err == nil {
		r.accepted++
		receipt := &attempt.Receipt
		receipt.ID = receipt.Provider + "-" + strconv.Itoa(r.accepted)
		code := attempt.Message.Params[provider.ParamCode]
		if receipt.Code == provider.CodeByProvider {
			code = strconv.Itoa(firstMadeCode + r.accepted)
			r.made[receipt.ID] = code
		}
		r.codes[receipt.To] = code
	}
	r.attempts = append(r.attempts, *attempt)
}

func (f *Fake) now() time.Time {
	if f.Now == nil {
		return time.Now()
	}
	return f.Now()
}

// Attempts returns every call of Send, oldest first.
func (f *Fake) Attempts() []Attempt {
	r := f.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	attempts := slices.Clone(r.attempts)
	for i := range attempts {
		attempts[i].Message.Params = maps.Clone(attempts[i].Message.Params)
	}
	return attempts
}

// Sent returns the messages that were accepted, oldest first.
func (f *Fake) Sent() []provider.Message {
	var sent []provider.Message
	for _, attempt := range f.Attempts() {
		if attempt.Err == nil {
			sent = append(sent, attempt.Message)
		}
	}
	return sent
}

// Last returns the message that was accepted last, and whether there is one.
func (f *Fake) Last() (provider.Message, bool) {
	sent := f.Sent()
	if len(sent) == 0 {
		return provider.Message{}, false
	}
	return sent[len(sent)-1], true
}

// CodeFor returns the code in the last text that the phone got, or "".
func (f *Fake) CodeFor(phone provider.Phone) string {
	r := f.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.codes[phone]
}

// Reset forgets all messages and the script. Receipts are numbered on.
func (f *Fake) Reset() {
	r := f.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts, r.script, r.otherwise = nil, nil, Result{}
	clear(r.perPhone)
	clear(r.codes)
	clear(r.made)
}

// String names the fake and counts its messages: what a Fake has recorded is
// read through its methods.
func (f *Fake) String() string {
	return fmt.Sprintf("providertest.Fake(%s, %d attempts)", f.Name(), len(f.Attempts()))
}
