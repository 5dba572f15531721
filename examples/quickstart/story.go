package main

import (
	"context"
	"errors"
	"io"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// templateLogin is the logical name that the program uses everywhere; each
// provider's configuration maps it to a template of its own.
const templateLogin = "login"

// story is the cast: the providers on one side, their counterparts on the other.
type story struct {
	*narrator
	world  *world
	sender *failover.Composer
}

// playStory plays the five scenes. Its last line is checked by tests.
func playStory(ctx context.Context, out io.Writer) (err error) {
	w, err := newWorld(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	s := &story{narrator: &narrator{out: out}, world: w}
	if s.sender, err = newSender(w, s.narrator); err != nil {
		return err
	}
	return s.play(ctx)
}

func (s *story) play(ctx context.Context) error {
	user := provider.MustParsePhone("13800138000")
	v, err := newVerification()
	if err != nil {
		return err
	}
	s.say("Everything here is simulated and on this machine: no text is sent, nothing is paid.")
	s.say("")
	fromPhone, err := s.sendTwice(ctx, user, v)
	if err != nil {
		return err
	}
	if err := s.sendWithoutPhone(ctx); err != nil {
		return err
	}
	if err := s.sendWithoutMoney(ctx); err != nil {
		return err
	}
	s.say("5. The first user types the code that came from the phone: %s.", fromPhone)
	verified := v.check(fromPhone)
	if verified {
		// The next login of this user begins with a first attempt again.
		if err := s.sender.Forget(ctx, user, templateLogin); err != nil {
			return err
		}
	}
	s.say("")
	s.say("free %d, paid %d, verified %s", s.free, s.paid, yesNo(verified))
	return nil
}

// sendTwice plays a first attempt and a retry. It returns the code that came first.
func (s *story) sendTwice(ctx context.Context, user provider.Phone, v verification) (string, error) {
	s.say("1. Somebody at %s asks for a code. The first attempt goes to the old phone.", user)
	fromPhone, err := s.sendThroughPhone(ctx, user, v)
	if err != nil {
		return "", err
	}
	s.say("2. Nothing arrives, or so the user thinks, and clicks again. A retry is paid for.")
	paid, err := s.sendThroughService(ctx, user, v)
	s.say("   The two texts carry the same code: %s.", yesNo(fromPhone == paid))
	return fromPhone, err
}

func (s *story) sendWithoutPhone(ctx context.Context) error {
	user := provider.MustParsePhone("13900139000")
	s.say("3. The old phone is switched off. A first attempt, from %s, does not wait for it.", user)
	s.world.relay.SwitchPhonesOff()
	return s.sendFresh(ctx, user)
}

func (s *story) sendWithoutMoney(ctx context.Context) error {
	user := provider.MustParsePhone("15000150000")
	s.say("4. The packages at Aliyun and Tencent are used up. %s asks for a code, and Ihuyi takes over.", user)
	for _, service := range []string{"aliyun-verification", "tencent"} {
		if _, err := s.world.services.Inject(sim.Fault{Service: service, Kind: provider.KindBalance, Times: sim.Forever}); err != nil {
			return err
		}
	}
	return s.sendFresh(ctx, user)
}

// sendThroughPhone sends and returns the code in the text that the phone sent.
func (s *story) sendThroughPhone(ctx context.Context, to provider.Phone, v verification) (string, error) {
	if err := s.send(ctx, to, v); err != nil {
		return "", err
	}
	texts, err := s.world.phone.Wait(ctx, 1)
	if err != nil {
		return "", err
	}
	text := string(texts[0].Body)
	s.say("   The phone sent: %s", text)
	return codeIn(text), nil
}

// sendThroughService sends and returns the code in the text that the simulated
// service delivered.
func (s *story) sendThroughService(ctx context.Context, to provider.Phone, v verification) (string, error) {
	if err := s.send(ctx, to, v); err != nil {
		return "", err
	}
	messages := s.world.services.Texts()
	text := messages[len(messages)-1].Text
	s.say("   The text: %s", text)
	return codeIn(text), nil
}

// sendFresh sends a new code to somebody else.
func (s *story) sendFresh(ctx context.Context, to provider.Phone) error {
	v, err := newVerification()
	if err != nil {
		return err
	}
	_, err = s.sendThroughService(ctx, to, v)
	return err
}

func (s *story) send(ctx context.Context, to provider.Phone, v verification) error {
	_, err := s.sender.Send(ctx, loginMessage(to, v.code, 0))
	return err
}

// loginMessage is what the program sends. With attempt 0 the composer counts.
func loginMessage(to provider.Phone, code string, attempt int) provider.Message {
	return provider.Message{
		To: to, Template: templateLogin, Attempt: attempt,
		Params: provider.Params{provider.ParamCode: code},
	}
}

// codeIn finds the six digits in a text, as the user does.
func codeIn(text string) string {
	for start := range len(text) - codeLength + 1 {
		if candidate := text[start : start+codeLength]; isDigits(candidate) {
			return candidate
		}
	}
	return ""
}

const codeLength = 6

func isDigits(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}
