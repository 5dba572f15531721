package phonetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// statusError is an answer that is no 2xx.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("phonetest: the server answered %d %s, want 2xx", int(e), http.StatusText(int(e)))
}

// call makes one of the app's requests. It waits while the phone sleeps.
func (a *App) call(ctx context.Context, method, path, authorization string, body, answer any) error {
	ctx, leave, err := a.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	limited, cancel := context.WithTimeout(ctx, a.cfg.Timeout)
	defer cancel()
	data, err := a.exchange(limited, method, path, authorization, body, answer != nil)
	switch {
	case errors.Is(context.Cause(ctx), errAsleep):
		return errAsleep
	case err != nil, answer == nil:
		return err
	}
	if err := json.Unmarshal(data, answer); err != nil {
		return fmt.Errorf("phonetest: %s %s: %w", method, path, err)
	}
	return nil
}

// exchange makes a request and reads the answer, which is JSON and says so: the app's client
// refuses any other content type. Facts: app v1.68.0, read in November 2026.
func (a *App) exchange(ctx context.Context, method, path, authorization string, body any, wantJSON bool) ([]byte, error) {
	request, err := a.request(ctx, method, path, authorization, body)
	if err != nil {
		return nil, err
	}
	response, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return nil, statusError(response.StatusCode)
	}
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); wantJSON && kind != "application/json" {
		return nil, fmt.Errorf("phonetest: %s %s has the content type %q, want application/json", method, path, kind)
	}
	return data, nil
}

func (a *App) request(ctx context.Context, method, path, authorization string, body any) (*http.Request, error) {
	reader := io.Reader(http.NoBody)
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(data)
	}
	a.mu.Lock()
	base := a.base
	a.mu.Unlock()
	request, err := http.NewRequestWithContext(ctx, method, base+path, reader)
	if err != nil {
		return nil, fmt.Errorf("AppConfig.URL: %w", err)
	}
	request.Header.Set("Authorization", authorization)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

// bearer is the header of a request with the device's token.
func (a *App) bearer() string {
	_, token := a.Registered()
	return "Bearer " + token
}
