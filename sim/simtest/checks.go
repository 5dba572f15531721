package simtest

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/cnsms/cnsms/sim"
)

// impossible builds a simulator that no request could satisfy.
func impossible(field string, build func()) (err error) {
	defer func() {
		if problem := fmt.Sprint(recover()); !strings.Contains(problem, field) {
			err = fmt.Errorf("a configuration that no request could satisfy: want a panic that names %s, got %s", field, problem)
		}
	}()
	build()
	return nil
}

// checkGranted checks the answer to a request as it is, and the texts.
func (h Harness) checkGranted(r Request) error {
	b, err := h.bench(r)
	if err != nil {
		return err
	}
	e, err := b.send(r)
	switch {
	case err != nil:
		return err
	case e.Verdict != "" || e.Status >= http.StatusBadRequest:
		return fmt.Errorf("a valid request is refused: HTTP %d, %s", e.Status, e.Verdict)
	case len(e.Accepted) != r.Texts:
		return fmt.Errorf("a valid request sends %d texts, want %d", len(e.Accepted), r.Texts)
	case e.ReplyHeader.Get("Content-Type") == "":
		return errors.New("the answer has no Content-Type")
	}
	for _, text := range e.Accepted {
		if err := checkText(text); err != nil {
			return err
		}
	}
	return nil
}

// checkText checks that a recorded text tells what went out.
func checkText(text sim.Text) error {
	switch {
	case !sim.IsE164(text.To):
		return fmt.Errorf("Text.To: want a number in E.164 form, got %q", text.To)
	case text.Mailbox == "":
		return errors.New("Text.Mailbox: want the account")
	case text.Text == "":
		return errors.New("Text.Text: want the text as the phone shows it")
	case text.Names != nil && len(text.Names) != len(text.Params):
		return fmt.Errorf("Text.Names: want one for each of Text.Params, got %q for %q", text.Names, text.Params)
	case text.Sign != "" && !strings.Contains(text.Text, text.Sign):
		return fmt.Errorf("Text.Text: want the signature %q in it", text.Sign)
	}
	for _, value := range text.Params {
		if !strings.Contains(text.Text, value) {
			return fmt.Errorf("Text.Text: %q lacks the value %q", text.Text, value)
		}
	}
	return nil
}

// checkSameAgain checks that nothing depends on the real clock or on chance.
func (h Harness) checkSameAgain(r Request) error {
	var seen [2]sim.Exchange
	for i := range seen {
		b, err := h.bench(r)
		if err != nil {
			return err
		}
		if seen[i], err = b.send(r); err != nil {
			return err
		}
	}
	if !reflect.DeepEqual(seen[0], seen[1]) {
		return fmt.Errorf("the same request to two fresh simulators is answered in two ways: %q and %q", seen[0].Reply, seen[1].Reply)
	}
	return nil
}

// atOnce is how many requests run at the same time.
const atOnce = 8

// checkAtOnce makes the request several times at once. The race detector sees the
// rest.
func (h Harness) checkAtOnce(r Request) error {
	b, err := h.bench(r)
	if err != nil {
		return err
	}
	client := http.Client{Transport: b.server.Transport(), Timeout: patience}
	problems := make([]error, atOnce)
	var running sync.WaitGroup
	for i := range atOnce {
		running.Go(func() { problems[i] = answered(&client, r) })
	}
	running.Wait()
	granted, ids := 0, map[string]int{}
	for _, e := range b.server.Exchanges()[len(r.Before):] {
		if e.Verdict == "" {
			granted++
		}
		for _, text := range e.Accepted {
			if other, known := ids[text.ID]; text.ID != "" && known && other != e.Seq {
				problems = append(problems, fmt.Errorf("two requests give the id %q", text.ID))
			}
			ids[text.ID] = e.Seq
		}
	}
	if granted == 0 {
		problems = append(problems, errors.New("of equal requests at once none is granted"))
	}
	return errors.Join(problems...)
}

func answered(client *http.Client, r Request) error {
	request, err := r.build()
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}
