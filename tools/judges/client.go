package judges

import (
	"context"
	"encoding/json"
	"strconv"
)

// client makes calls with an official client.
type client interface {
	// call makes one call. The error is about the judge itself; what the vendor's
	// client returned or threw is the outcome.
	call(ctx context.Context, c call) (outcome, error)
	close()
}

// call is what a client is asked to do.
type call struct {
	// Address is the host and port of the simulator.
	Address string `json:"address"`
	// ID and Secret are the credentials.
	ID     string `json:"id"`
	Secret string `json:"secret"`
	// Action is the name of the call, Params are what goes with it.
	Action string `json:"action"`
	Params params `json:"params"`
}

type params map[string]any

// outcome is what a vendor's client returned, or threw.
type outcome struct {
	Reply  json.RawMessage `json:"reply"`
	Thrown *thrown         `json:"thrown"`
}

// thrown is an error of a vendor's client.
type thrown struct {
	Class   string          `json:"class"`
	Code    json.RawMessage `json:"code"`
	Message string          `json:"message"`
	Status  int             `json:"status"`
}

// code is the vendor's code, which some clients have as a number.
func (t thrown) code() string {
	if text, err := strconv.Unquote(string(t.Code)); err == nil {
		return text
	}
	return string(t.Code)
}

func (o outcome) String() string {
	text, err := json.Marshal(o)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
