package phonetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// refusedError is a request that the gateway has refused with a code.
type refusedError struct {
	status int
	code   relayapi.ErrorCode
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("phonetest: the gateway answered %d %s", e.status, e.code)
}

// again tells whether the same report may be accepted later.
func (e *refusedError) again() bool {
	return e.status >= 500 || e.status == http.StatusTooManyRequests
}

// call makes one of the phone's requests. It waits while the phone sleeps.
func (p *Phone) call(ctx context.Context, path string, body, answer any) error {
	ctx, leave, err := p.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	limited, cancel := context.WithTimeout(ctx, p.cfg.Wait+30*time.Second)
	defer cancel()
	err = p.exchange(limited, path, body, answer)
	if errors.Is(context.Cause(ctx), errAsleep) {
		return errAsleep
	}
	return err
}

func (p *Phone) exchange(ctx context.Context, path string, body, answer any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.cfg.URL+path, bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("PhoneConfig.URL: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+p.cfg.Token)
	request.Header.Set("Content-Type", "application/json")
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	decoder := json.NewDecoder(response.Body)
	if response.StatusCode == http.StatusOK {
		return decoder.Decode(answer)
	}
	var reply relayapi.ErrorReply
	if err := decoder.Decode(&reply); err != nil || reply.Error.Code == "" {
		return fmt.Errorf("phonetest: the gateway answered %d without a code", response.StatusCode)
	}
	p.mu.Lock()
	p.refused = append(p.refused, reply.Error.Code)
	p.mu.Unlock()
	return &refusedError{response.StatusCode, reply.Error.Code}
}
