package rongliansim

import (
	"fmt"
	"strings"
	"time"

	"github.com/cnsms/cnsms/sim"
)

// mistake is one that programs make with a sig: what they take the MD5 of.
type mistake struct{ name, account, token, timestamp string }

// near is how many seconds apart the clock is, for programs that read it twice.
const near = 5

// whyWrong tries the mistakes that programs make with a sig. Where none fits, it says
// what was tried and rules nothing else out.
func (s *Service) whyWrong(sig, account, token, timestamp string) string {
	if other := madeAt(sig, account, token, timestamp); other != "" {
		return "made with the timestamp " + other + ", and Authorization has " + timestamp
	}
	var tested []string
	for _, m := range s.mistakes(account, token, timestamp) {
		if strings.EqualFold(sig, signature(m.account, m.token, m.timestamp)) {
			return "made " + m.name
		}
		tested = append(tested, m.name)
	}
	return "want the upper-case hexadecimal MD5 of account + token + timestamp, with the timestamp of Authorization, " + timestamp +
		fmt.Sprintf("; tested: made with a time up to %d seconds away, ", near) + strings.Join(tested, ", ")
}

// mistakes are what else a sig may be made of. Three parts one after the other are any
// three: the names of the fields say what is meant to be there.
func (s *Service) mistakes(account, token, timestamp string) []mistake {
	at, _ := time.ParseInLocation(wireTime, timestamp, sim.Beijing)
	list := []mistake{
		{"of account + timestamp + token", account, timestamp, token},
		{"of token + account + timestamp", token, account, timestamp},
		{"of token + timestamp + account", token, timestamp, account},
		{"of timestamp + account + token", timestamp, account, token},
		{"of timestamp + token + account", timestamp, token, account},
		{"without the timestamp", account, token, ""},
		{"without the token", account, "", timestamp},
		{"without the account", "", token, timestamp},
		{"with the timestamp in UTC", account, token, at.UTC().Format(wireTime)},
		{"with the timestamp of a clock of twelve hours", account, token, at.Format("20060102030405")},
		{"with the appId in the place of the account", s.cfg.AppID, token, timestamp},
		{"with colons between the parts", account + ":", token + ":", timestamp},
	}
	if s.cfg.SubAccountSID != "" {
		list = append(list,
			mistake{"with the main account's token in the place of the sub-account's, or the other way round", account, s.otherToken(token), timestamp},
			mistake{"with the main account's credentials", s.cfg.AccountSID, s.cfg.AuthToken, timestamp},
			mistake{"with the sub-account's credentials", s.cfg.SubAccountSID, s.cfg.SubAuthToken, timestamp},
		)
	}
	return list
}

// otherToken is that of the main account for the sub-account, and the other way round.
func (s *Service) otherToken(token string) string {
	if token == s.cfg.AuthToken {
		return s.cfg.SubAuthToken
	}
	return s.cfg.AuthToken
}

// madeAt finds the timestamp within some seconds of the other with which a sig was
// made: programs that read the clock twice run into this.
func madeAt(sig, account, token, timestamp string) string {
	at, _ := time.ParseInLocation(wireTime, timestamp, sim.Beijing)
	for offset := -near; offset <= near; offset++ {
		other := at.Add(time.Duration(offset) * time.Second).Format(wireTime)
		if strings.EqualFold(sig, signature(account, token, other)) {
			return other
		}
	}
	return ""
}
