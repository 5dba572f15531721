package phone

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/internal/scrub"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Termux is a Sender for an Android phone with Termux and the app Termux:API. It sends with
// termux-sms-send, whose exit code says nothing, and then looks for the text in the phone's
// boxes with termux-sms-list: in the sent box it was sent, in the failed box it was not, and
// while it is in neither the sender looks again until the send's time is over. A text that is
// still in neither may have been sent.
//
// A field must not be changed once the sender is in use. Its zero value is ready for use.
type Termux struct {
	// SIM is the slot of the SIM that sends, from 1 on. 0 means the phone's default SIM, which
	// counts as SIM 1 for the gateway. A text for another SIM fails, and is not sent.
	SIM int
	// Bin is the folder of the termux programs. Empty means those in PATH.
	Bin string
	// Poll is the time between two looks at the boxes. 0 means a second.
	Poll time.Duration
	// Limit bounds one run of a program. A program that does not end at all is the sign of
	// a missing app Termux:API. 0 means 10 seconds.
	Limit time.Duration
	// CheckEvery is for how long Ready trusts a check that was passed. 0 means five minutes.
	CheckEvery time.Duration
	// Now is the clock. nil means time.Now.
	Now func() time.Time

	mu      sync.Mutex
	checked time.Time // when the last check was passed
	maySend *bool
}

var (
	_ Checker   = (*Termux)(nil)
	_ Describer = (*Termux)(nil)
)

const (
	termuxSend = "termux-sms-send"
	termuxList = "termux-sms-list"
	// boxed is how many texts a look at the boxes reads, the latest.
	boxed = "50"

	defaultPoll       = time.Second
	defaultLimit      = 10 * time.Second
	defaultCheckEvery = 5 * time.Minute
)

// Validate reports every problem of the settings, by field.
func (s *Termux) Validate() error {
	var problems []error
	if s.SIM < 0 || s.SIM > relayapi.MaxSIMs {
		problems = append(problems, fmt.Errorf("SIM: must be between 0 and %d", relayapi.MaxSIMs))
	}
	if s.Poll < 0 || s.Limit < 0 || s.CheckEvery < 0 {
		problems = append(problems, errors.New("Poll, Limit, CheckEvery: must not be negative"))
	}
	return errors.Join(problems...)
}

// Send sends the text and looks for it in the boxes.
func (s *Termux) Send(ctx context.Context, t Text) error {
	if !relayapi.ValidNumber(t.To) {
		return &Error{Class: relayapi.FailureInvalidNumber, Text: "the recipient is not a number in E.164"}
	}
	before, err := s.boxes(ctx)
	if err != nil { // a text that nobody could look for is not sent
		return err
	}
	args := []string{"-n", string(t.To)}
	if t.SIM > 0 && t.SIM != max(1, s.SIM) {
		return &Error{Class: relayapi.FailureConfig, Text: fmt.Sprintf("the gateway wants SIM %d, and this phone sends with SIM %d", t.SIM, max(1, s.SIM))}
	}
	if s.SIM > 0 {
		args = append(args, "-s", strconv.Itoa(s.SIM-1))
	}
	// The text goes by standard input: as an argument, the program's echo would change
	// backslashes in it.
	said := ""
	if _, err := s.run(ctx, termuxSend, string(t.Body), args...); err != nil {
		var failed *Error
		if errors.As(err, &failed) && !failed.MayHaveSent {
			return err
		}
		said = scrub.Failure(err.Error(), t.To, t.Body)
	}
	return s.find(ctx, t, newestID(before), said)
}

// find looks for a text that is newer than an id until it is sent or failed, or ctx ends.
func (s *Termux) find(ctx context.Context, t Text, after int64, said string) error {
	place := "the text is not in the sent box"
	for {
		texts, err := s.boxes(ctx)
		switch found, ok := latestOf(texts, t, after); {
		case err != nil:
		case !ok:
		case found.Type == "sent":
			return nil
		case found.Type == "failed":
			return s.refused(ctx)
		default:
			place = "the text waits in the phone's outbox"
		}
		if wait(ctx, cmp.Or(s.Poll, defaultPoll)); ctx.Err() != nil {
			break
		}
	}
	if said != "" {
		place += "; " + termuxSend + " said: " + said
	}
	return &Error{Class: relayapi.FailureUnknown, Text: place, MayHaveSent: true, Err: ctx.Err()}
}

// refused is why a text is in the failed box, as far as the phone tells.
func (s *Termux) refused(ctx context.Context) error {
	info, err := s.telephony(ctx)
	switch {
	case err == nil && info.SIM != "" && info.SIM != "ready":
		return &Error{Class: relayapi.FailureNoService, Text: "the text is in the failed box; the SIM is " + info.simState()}
	case err == nil && info.Network == "":
		return &Error{Class: relayapi.FailureNoService, Text: "the text is in the failed box; the phone is in no network"}
	default:
		return &Error{Class: relayapi.FailureRejected, Text: "the text is in the failed box: the carrier did not take it; look at the SIM's credit and limits"}
	}
}

// Ready returns an error that names what is missing: a program, the app Termux:API, or a
// permission.
func (s *Termux) Ready(ctx context.Context) error {
	s.mu.Lock()
	passed := s.checked
	s.mu.Unlock()
	now := s.now()
	if age := now.Sub(passed); !passed.IsZero() && age >= 0 && age < cmp.Or(s.CheckEvery, defaultCheckEvery) {
		return nil
	}
	for _, program := range []string{termuxSend, termuxList} {
		if err := installed(s.path(program)); err != nil {
			return s.note(err, now)
		}
	}
	_, err := s.boxes(ctx)
	return s.note(err, now)
}

// note keeps the result of a check.
func (s *Termux) note(err error, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	may := err == nil
	s.maySend = &may
	s.checked = time.Time{}
	if may {
		s.checked = now
	}
	return err
}

func (s *Termux) now() time.Time {
	if s.Now == nil {
		return time.Now() //nolint:forbidigo // the default of the field Now
	}
	return s.Now()
}

func (s *Termux) path(program string) string {
	if s.Bin == "" {
		return program
	}
	return filepath.Join(s.Bin, program)
}

// boxes returns the latest texts of all boxes.
func (s *Termux) boxes(ctx context.Context) ([]boxedText, error) {
	said, err := s.run(ctx, termuxList, "", "-t", "all", "-l", boxed)
	if err != nil {
		return nil, err
	}
	texts, err := decodeBoxes(said)
	if err != nil {
		return nil, &Error{Class: relayapi.FailureConfig, Text: termuxList + ": " + err.Error()}
	}
	return texts, nil
}

// run runs a program and returns what it wrote. Its error is an *Error, one that may have sent
// unless the program did nothing.
func (s *Termux) run(ctx context.Context, program, stdin string, args ...string) (string, error) {
	limited, cancel := context.WithTimeout(ctx, cmp.Or(s.Limit, defaultLimit))
	defer cancel()
	out, err := command{s.path(program), args, stdin}.run(limited)
	var notStarted *errNotStarted
	var exit *exec.ExitError
	refusal := refusalOf(out.stdout)
	switch {
	case refusal != "":
		return "", &Error{Class: relayapi.FailureConfig, Text: program + ": " + refusal}
	case err == nil:
		return out.stdout, nil
	case errors.As(err, &notStarted) && ctx.Err() != nil:
		return "", &Error{Class: relayapi.FailureUnknown, Text: "stopped before " + program + " was started", Err: ctx.Err()}
	case notStarted != nil:
		return "", &Error{Class: relayapi.FailureConfig, Text: program + " cannot be started: is the package termux-api installed?", Err: err}
	case limited.Err() != nil:
		return "", &Error{
			Class: relayapi.FailureConfig, Text: program + " did not end in time: is the app Termux:API installed, from the same source as Termux?",
			MayHaveSent: program == termuxSend, Err: limited.Err(),
		}
	case errors.As(err, &exit) && exit.Exited():
		return "", &Error{
			Class: relayapi.FailureConfig, Text: fmt.Sprintf("%s: exit code %d: %s", program, exit.ExitCode(), firstLine(out.stdout+out.stderr)),
			MayHaveSent: program == termuxSend, Err: err,
		}
	default:
		return "", &Error{Class: relayapi.FailureUnknown, Text: program + " was killed", MayHaveSent: program == termuxSend, Err: err}
	}
}

// firstLine is the beginning of what a program said.
func firstLine(said string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	return strings.ToValidUTF8(line[:min(len(line), 200)], "")
}
