package fake

import (
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/cnsms/cnsms/provider"
)

// Attempt is one call of Send, or one phone of a batch, and what it returned.
type Attempt struct {
	// Message is what was sent, with a copy of its Params.
	Message provider.Message
	// Batch is 0 for a call of Send, 1 for a phone of the first batch, and so on.
	Batch int
	// Receipt is set when Err is nil.
	Receipt provider.Receipt
	// Err is why the message was refused.
	Err error
}

// record is what a fake has seen and what it is to do.
type record struct {
	mu sync.Mutex
	memory
	// Receipts, batches and puzzles are numbered. Reset does not turn the numbers back.
	accepted, batches, puzzled int
}

// memory is what Reset empties.
type memory struct {
	attempts []Attempt
	codes    map[provider.Phone]string // the last one of each phone
	made     map[string]string         // by receipt id, where the service makes the code

	script    []Result
	perPhone  map[provider.Phone][]Result
	otherwise Result

	statuses map[string]provider.Status // by receipt id, of a StatusReader
	reports  []provider.Report          // the queue of a ReportPuller
	puzzles  map[string]bool            // by token, those of a CaptchaIssuer that are not solved
}

func newMemory() memory {
	return memory{
		codes:    map[provider.Phone]string{},
		made:     map[string]string{},
		perPhone: map[provider.Phone][]Result{},
		statuses: map[string]provider.Status{},
		puzzles:  map[string]bool{},
	}
}

// firstMadeCode is one less than the first code that a fake makes.
const firstMadeCode = 100000

// record returns the fake's record, which the first caller makes.
func (p *Provider) record() *record {
	if r := p.lazy.Load(); r != nil {
		return r
	}
	p.lazy.CompareAndSwap(nil, &record{memory: newMemory()})
	return p.lazy.Load()
}

// add records the attempt. An accepted one gets its id here, and its code where
// the fake makes it.
func (r *record) add(attempt *Attempt) {
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

// Attempts returns what was tried, oldest first.
func (p *Provider) Attempts() []Attempt {
	r := p.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	attempts := slices.Clone(r.attempts)
	for i := range attempts {
		attempts[i].Message.Params = maps.Clone(attempts[i].Message.Params)
	}
	return attempts
}

// Sent returns the messages that were accepted, oldest first.
func (p *Provider) Sent() []provider.Message {
	var sent []provider.Message
	for _, attempt := range p.Attempts() {
		if attempt.Err == nil {
			sent = append(sent, attempt.Message)
		}
	}
	return sent
}

// Last returns the message that was accepted last, and whether there is one.
func (p *Provider) Last() (provider.Message, bool) {
	sent := p.Sent()
	if len(sent) == 0 {
		return provider.Message{}, false
	}
	return sent[len(sent)-1], true
}

// CodeFor returns the code in the last text that the phone got, or "". The code
// is the caller's, or the one that the fake made.
func (p *Provider) CodeFor(phone provider.Phone) string {
	r := p.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.codes[phone]
}

// Reset forgets all messages, the script, and what else the fake was told by a
// method. Receipts are numbered on.
func (p *Provider) Reset() {
	r := p.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.memory = newMemory()
}
