package tencentsim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// pushTries is how often a push is made before the service gives it up.
const pushTries = 3

// longestAnswer is how much of a receiver's answer is read.
const longestAnswer = 1 << 16

// PushReports empties the queues by posting what is in them to address, as the
// service does with the address that is set in the console: delivery reports up
// to 100 at a time, replies one by one. A push that is not answered with
// {"result":0} is repeated two more times and then given up, and what was in it is
// lost. PushReports returns how many reports and replies were taken, and why the
// others were not.
func (s *Service) PushReports(ctx context.Context, client *http.Client, address string) (int, error) {
	s.mu.Lock()
	deliveries, replies := s.deliveries.take(keptReports), s.replies.take(keptReports)
	s.mu.Unlock()
	var (
		taken    int
		problems []error
	)
	push := func(body []byte, reports int) {
		if err := pushUntilTaken(ctx, client, address, body); err != nil {
			problems = append(problems, fmt.Errorf("tencentsim: push: %w", err))
			return
		}
		taken += reports
	}
	for part := range slices.Chunk(deliveries, mostReports) {
		push(PushDeliveries(part...), len(part))
	}
	for _, reply := range replies {
		push(PushReply(reply), 1)
	}
	return taken, errors.Join(problems...)
}

// pushUntilTaken returns the error of the last try.
func pushUntilTaken(ctx context.Context, client *http.Client, address string, body []byte) error {
	var err error
	for range pushTries {
		if err = pushOnce(ctx, client, address, body); err == nil {
			return nil
		}
	}
	return err
}

func pushOnce(ctx context.Context, client *http.Client, address string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", contentType)
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return err
	}
	return checkAnswer(response.StatusCode, content)
}

// checkAnswer wants HTTP 200 and a JSON object whose result is the number 0.
func checkAnswer(status int, content []byte) error {
	var answer struct {
		Result *int `json:"result"`
	}
	switch err := json.Unmarshal(content, &answer); {
	case status != http.StatusOK:
		return fmt.Errorf("the receiver answers HTTP %d", status)
	case err != nil || answer.Result == nil:
		return errors.New(`the receiver's answer is not {"result":0,"errmsg":"OK"}`)
	case *answer.Result != 0:
		return fmt.Errorf("the receiver answers result %d", *answer.Result)
	}
	return nil
}
