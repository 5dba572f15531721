package alarm

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Text tells an [Event] by a text of a provider, which must not be the relay itself.
type Text struct {
	// Provider sends the texts. Required.
	Provider provider.Provider
	// To is the owner's phone. Required.
	To provider.Phone
	// Template is the logical name of the provider's template. Empty means the event's kind,
	// such as "phone_silent". Its parameters are phone, the name of the phone or "-", and
	// count, the whole minutes of the silence or the number of errors.
	Template string
	// AllClear says whether to send a text for PhoneBack and FewErrors as well, which costs
	// another text.
	AllClear bool
}

// Validate reports whether the provider and the number are there.
func (t *Text) Validate() error {
	var problems []error
	if t.Provider == nil {
		problems = append(problems, errors.New("Provider: is nil"))
	}
	if t.To.IsZero() {
		problems = append(problems, errors.New("To: want the number of the owner's phone"))
	}
	return errors.Join(problems...)
}

// Notify sends the text of an event. It is never sent twice: where the first may have been
// sent, the error matches [ErrMayBeOut].
func (t *Text) Notify(ctx context.Context, e Event) error {
	if !t.AllClear && (e.Kind == PhoneBack || e.Kind == FewErrors) {
		return nil
	}
	m := provider.Message{To: t.To, Template: t.Template, Params: provider.Params{"phone": e.Phone, "count": strconv.Itoa(e.Errors)}}
	if m.Template == "" {
		m.Template = string(e.Kind)
	}
	if e.Phone == "" {
		m.Params["phone"] = "-"
	} else {
		m.Params["count"] = strconv.Itoa(int(e.At.Sub(e.LastSeen) / time.Minute))
	}
	_, err := t.Provider.Send(ctx, m)
	if err != nil && provider.MayHaveSent(err) {
		return fmt.Errorf("%w: %w", ErrMayBeOut, err)
	}
	return err
}
