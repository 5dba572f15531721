package phonetest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
)

// item is a message as the server hands it out.
type item struct {
	ID           string       `json:"id"`
	Legacy       string       `json:"message"`
	Text         *textContent `json:"textMessage"`
	PhoneNumbers []string     `json:"phoneNumbers"`
	SIMNumber    *int         `json:"simNumber"`
	WithReport   *bool        `json:"withDeliveryReport"`
	Encrypted    bool         `json:"isEncrypted"`
	ValidUntil   *javaTime    `json:"validUntil"`
	ScheduleAt   *javaTime    `json:"scheduleAt"`
	CreatedAt    *javaTime    `json:"createdAt"`
	Priority     int          `json:"priority"`
	State        string       `json:"state"`
}

type textContent struct {
	Text string `json:"text"`
}

func (i item) body() string {
	if i.Text != nil {
		return i.Text.Text
	}
	return i.Legacy
}

// parseItems reads the answer to a pull.
func parseItems(data []byte) ([]item, error) {
	var items []item
	if err := json.Unmarshal(data, &items); err != nil {
		return nil, err
	}
	for _, i := range items {
		switch {
		case i.ID == "":
			return nil, errors.New("phonetest: a message without id")
		case len(i.PhoneNumbers) == 0:
			return nil, errors.New("phonetest: a message without phoneNumbers")
		case i.Encrypted:
			return nil, errors.New("phonetest: isEncrypted: this fake has no passphrase")
		case i.Text == nil && i.Legacy == "":
			return nil, errors.New("phonetest: a message without textMessage and message; this fake reads no dataMessage")
		}
	}
	return items, nil
}

// pull asks for messages and takes them in. When it was replaced meanwhile, the answer is thrown
// away. A 401 is a failure like any other. Facts: app v1.68.0, read in November 2026.
func (a *App) pull(ctx context.Context) error {
	id, token := a.Registered()
	if id == "" {
		return nil
	}
	order := a.Settings().Order
	if order == "" {
		order = "LIFO"
	}
	var data json.RawMessage
	err := a.call(ctx, http.MethodGet, "/message?order="+strings.ToLower(order), "Bearer "+token, nil, &data)
	if err != nil {
		return err
	}
	items, err := parseItems(data)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, i := range items {
		a.takeIn(i)
	}
	nudge(a.running.sending)
	nudge(a.running.report)
	return nil
}

// takeIn acts on one message. A state that the app cannot read means Pending. It needs a.mu.
// Facts: app v1.68.0, read in November 2026.
func (a *App) takeIn(i item) {
	known := a.store.byID[i.ID]
	switch {
	case i.State == "Cancelling":
		a.cancel(i, known)
	case known != nil:
		a.queueReceipt(known.id) // it reports where it stands
	case repeats(i.PhoneNumbers):
		// The app drops a message with the same number twice, and never says so.
	default:
		a.store.insert(i, a.now())
	}
}

// cancel answers to a message that the server wants back. Of one that it has handed to the radio,
// or cancelled already, the app is silent. One that it never saw it reports once, without retries, and
// does not remember. It needs a.mu. Facts: app v1.68.0, read in November 2026.
func (a *App) cancel(i item, known *message) {
	switch {
	case known == nil:
		states := map[string]javaTime{stateCancelled: {a.now()}}
		var recipients []recipient
		for _, number := range i.PhoneNumbers {
			recipients = append(recipients, recipient{PhoneNumber: number, State: stateCancelled})
		}
		a.receipts = append(a.receipts, &receipt{once: &report{i.ID, stateCancelled, recipients, states}})
	case known.state() == statePending && !known.sending:
		for r := range known.recipients {
			known.move(r, stateCancelled, "", a.now())
		}
		a.queueReceipt(known.id)
	}
}

func repeats(numbers []string) bool {
	seen := make(map[string]bool)
	for _, number := range numbers {
		if seen[number] {
			return true
		}
		seen[number] = true
	}
	return false
}

func (t *javaTime) orZero() time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Time
}
