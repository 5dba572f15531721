package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Receiver is where a service pushes its reports and replies to.
type Receiver struct {
	// Client makes the requests.
	Client *http.Client
	// Address is the one that is set in the service's console.
	Address string
	// Tries is how often the service pushes until a push is taken. It waits between them;
	// a Receiver does not. 0 means once.
	Tries int
	// Takes reads what was answered with HTTP 200: nil when that means that the push was
	// taken. A nil Takes means that every such answer does.
	Takes func(answer []byte) error
}

// longestAnswer is how much of a receiver's answer is read.
const longestAnswer = 1 << 16

// Push posts body until it is taken. The error is that of the last try.
func (r Receiver) Push(ctx context.Context, contentType string, body []byte) error {
	var err error
	for range max(r.Tries, 1) {
		if err = r.pushOnce(ctx, contentType, body); err == nil {
			return nil
		}
	}
	return err
}

func (r Receiver) pushOnce(ctx context.Context, contentType string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", contentType)
	response, err := r.Client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	switch {
	case err != nil:
		return err
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("the receiver answers HTTP %d", response.StatusCode)
	case r.Takes == nil:
		return nil
	}
	return r.Takes(answer)
}

// WantZero is a Receiver.Takes that wants a JSON object in which a member is the number
// 0, such as that of want.
func WantZero(member, want string) func(answer []byte) error {
	return func(answer []byte) error {
		var object map[string]json.RawMessage
		var value *int
		err := json.Unmarshal(answer, &object)
		if err == nil {
			err = json.Unmarshal(object[member], &value)
		}
		switch {
		case err != nil || value == nil:
			return fmt.Errorf("the receiver's answer is not %s", want)
		case *value != 0:
			return fmt.Errorf("the receiver answers %s %d", member, *value)
		}
		return nil
	}
}
