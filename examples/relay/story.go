package main

import (
	"context"
	"errors"
	"strings"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// The codes are fixed, so that every run prints the same. A program draws six digits from
// crypto/rand for each user.
const (
	firstCode  = "042137"
	secondCode = "580264"
	thirdCode  = "916703"
)

type story struct {
	*printer
	*ledger
	world  *world
	sender *failover.Composer
}

// play plays the scenes. Its output is checked word for word by a test.
func (s *story) play(ctx context.Context) error {
	var err error
	if s.sender, err = s.world.newSender(s.attempt); err != nil {
		return err
	}
	s.say("Everything here is simulated and on this machine: no text is sent, nothing is paid.")
	for _, scene := range []func(context.Context) error{s.takeTurns, s.clickAgain, s.goOffline} {
		if err := scene(ctx); err != nil {
			return err
		}
	}
	s.settle()
	return nil
}

// takeTurns: two users, two phones. A phone rests after a text, and the other one sends.
func (s *story) takeTurns(ctx context.Context) error {
	s.say("\n1. The first user asks for a code, and phone-1 is there.")
	if err := s.sendFree(ctx, s.world.phones[0], "13800138000", firstCode); err != nil {
		return err
	}
	s.say("\n2. phone-2 comes online; phone-1 rests for %v, as its SIM card wants it. A second user asks.", pace)
	return s.sendFree(ctx, s.world.phones[1], "13900139000", secondCode)
}

func (s *story) clickAgain(ctx context.Context) error {
	s.say("\n3. The first user thinks that nothing has come, and clicks again. A retry is paid.")
	text, err := s.sendPaid(ctx, "13800138000", firstCode)
	if err != nil {
		return err
	}
	first := s.world.phones[0].sender.Sent()
	if !strings.Contains(text, firstCode) || !strings.Contains(string(first[0].Body), firstCode) {
		return errors.New("the two texts have different codes")
	}
	s.say("   Both texts carry the same code, so either is right.")
	return nil
}

func (s *story) goOffline(ctx context.Context) error {
	s.say("\n4. Both phones are switched off. A third user does not wait for them.")
	s.world.relay.SwitchPhonesOff()
	_, err := s.sendPaid(ctx, "15000150000", thirdCode)
	return err
}

// sendFree starts a phone and sends a text, which that phone has to send.
func (s *story) sendFree(ctx context.Context, one *oldPhone, to, code string) error {
	if err := s.world.switchOn(ctx, one); err != nil {
		return err
	}
	if err := s.send(ctx, to, code); err != nil {
		return err
	}
	texts, err := one.sender.Wait(ctx, 1)
	if err != nil {
		return err
	}
	s.sentFree(string(texts[0].Body))
	s.say("   %s sent: %s", one.name, string(texts[0].Body))
	return nil
}

// sendPaid sends and returns the text that the simulated service delivered.
func (s *story) sendPaid(ctx context.Context, to, code string) (string, error) {
	if err := s.send(ctx, to, code); err != nil {
		return "", err
	}
	texts := s.world.services.Texts()
	text := texts[len(texts)-1].Text
	s.say("   aliyun-verification sent: %s", text)
	return text, nil
}

func (s *story) send(ctx context.Context, to, code string) error {
	_, err := s.sender.Send(ctx, provider.Message{
		To: provider.MustParsePhone(to), Template: templateLogin, Params: provider.Params{provider.ParamCode: code},
	})
	return err
}

func (s *story) settle() {
	s.say("\n%d texts went out free, in %d segments. aliyun-verification takes %v yuan for each: %v yuan not spent.",
		s.free, s.freeSegments, price, s.saved())
	s.say("%d texts were paid: %v yuan.", s.paid, s.spent)
	s.say("free %d, paid %d, saved %v yuan, spent %v yuan", s.free, s.paid, s.saved(), s.spent)
}
