package rongliansim

import (
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

const (
	// wireTime is how times stand on the wire. They are those of Beijing.
	wireTime = "20060102150405"
	// window is how far a request's time may be from the service's.
	window = 24 * time.Hour

	largestBatch      = 200
	longestText       = 250 // characters
	longestSubAppend  = 4
	longestReqID      = 32
	shortestForeign   = 9 // digits, 00 included
	longestTrialValue = 4
	trialTemplate     = "1"
	interval          = time.Minute
	dailyLimit        = 5
)

// places are where a template has its values.
var places = sim.Numbered()

// checkPath checks what the path says.
func (s *Service) checkPath(_ *sim.Call, a address) sim.Outcome {
	switch {
	case a.version != a.wantVersion():
		return sim.Refuse("111110", "path: the version is %q, want %q", a.version, a.wantVersion())
	case !isAlphanumeric(a.account):
		return sim.Refuse("111100", "path: the account is not made of letters and digits")
	}
	return sim.Outcome{}
}

// checkAuthorization takes the header apart, which says the account once more, and the
// time.
func (s *Service) checkAuthorization(c *sim.Call, a address) sim.Outcome {
	header := c.Request.Header.Get("Authorization")
	plain, err := base64.StdEncoding.DecodeString(header)
	account, timestamp, found := strings.Cut(string(plain), ":")
	at, notTime := time.ParseInLocation(wireTime, timestamp, sim.Beijing)
	age := c.Now.Sub(at).Abs()
	switch {
	case header == "":
		return sim.Refuse("111101", "Authorization: empty")
	case err != nil:
		return sim.Refuse("111102", "Authorization: not base64")
	case !found:
		return sim.Refuse("111103", "Authorization: want account:timestamp")
	case account == "":
		return sim.Refuse("111104", "Authorization: the account is empty")
	case timestamp == "":
		return sim.Refuse("111105", "Authorization: the timestamp is empty")
	case notTime != nil:
		return sim.Refuse("111113", "Authorization: the timestamp is not yyyyMMddHHmmss")
	case age > window:
		return sim.Refuse("111106", "Authorization: the timestamp is %s away from the service's clock", age)
	case account != a.account:
		return sim.Refuse("111107", "Authorization: the account is not the one in the path")
	}
	return sim.Outcome{}
}

func (s *Service) checkAccount(_ *sim.Call, a address) sim.Outcome {
	switch {
	case a.sub && (s.cfg.SubAccountSID == "" || a.account != s.cfg.SubAccountSID):
		return sim.Refuse("111157", "path: no such sub-account")
	case !a.sub && a.account != s.cfg.AccountSID:
		return sim.Refuse("111141", "path: no such account")
	}
	return sim.Outcome{}
}

// checkSig compares the sig, and when it is wrong tries to find out why.
func (s *Service) checkSig(c *sim.Call, a address) sim.Outcome {
	token, timestamp := s.cfg.AuthToken, timestampOf(c)
	if a.sub {
		token = s.cfg.SubAuthToken
	}
	got, want := c.Request.URL.Query().Get("sig"), signature(a.account, token, timestamp)
	switch {
	case got == "":
		return sim.Refuse("111108", "sig: empty")
	case got == want, !s.cfg.StrictSig && strings.EqualFold(got, want):
		return sim.Outcome{}
	case strings.EqualFold(got, want):
		return sim.Refuse("111109", "sig: right but for the case; want upper case")
	}
	return sim.Refuse("111109", "sig: %s", s.whyWrong(got, a.account, token, timestamp))
}

// timestampOf is the time in an Authorization that was checked.
func timestampOf(c *sim.Call) string {
	plain, _ := base64.StdEncoding.DecodeString(c.Request.Header.Get("Authorization"))
	_, timestamp, _ := strings.Cut(string(plain), ":")
	return timestamp
}

func signature(account, token, timestamp string) string {
	sum := md5.Sum([]byte(account + token + timestamp)) //nolint:gosec // As above.
	return fmt.Sprintf("%X", sum)
}

// checkHTTP checks what a request must have besides its fields.
func (s *Service) checkHTTP(c *sim.Call, a address) sim.Outcome {
	header := c.Request.Header
	switch {
	case c.Request.Method != a.method:
		return sim.Refuse("112602", "method: want %s", a.method)
	case header.Get("Accept") == "":
		return sim.Refuse("112610", "Accept: empty")
	case header.Get("Content-Type") == "":
		return sim.Refuse("112611", "Content-Type: empty")
	case a.method == http.MethodGet:
	case len(c.Body) == 0:
		return sim.Refuse("112604", "body: empty")
	case c.Request.ContentLength < 0:
		return sim.Refuse("112612", "Content-Length: empty")
	}
	return sim.Outcome{}
}

func (s *Service) checkApp(_ *sim.Call, r request) sim.Outcome {
	switch string(r.AppID) {
	case "":
		return sim.Refuse("111169", "appId: empty")
	case s.cfg.AppID:
		return sim.Outcome{}
	}
	return sim.Refuse("111181", "appId: no such application")
}

// checkNumbers checks each number of a list. One that is wrong refuses them all.
func (s *Service) checkNumbers(_ *sim.Call, r request) sim.Outcome {
	numbers := r.numbers()
	switch {
	case r.To == "":
		return sim.Refuse("112306", "to: empty")
	case len(numbers) > largestBatch:
		return sim.Refuse("160048", "to: %d numbers, at most %d", len(numbers), largestBatch)
	}
	for i, number := range numbers {
		switch {
		case number == "":
			return sim.Refuse("112316", "to: number %d of the list is empty", i+1)
		case !sim.IsMainland(number):
			return sim.Refuse("160042", "to: number %d is not 11 digits beginning with 1", i+1)
		case slices.Contains(numbers[:i], number):
			return sim.Refuse("160045", "to: number %d stands in the list before", i+1)
		case s.IsBlocked(number):
			return sim.Refuse("160034", "to: number %d is on the blacklist", i+1)
		}
	}
	return sim.Outcome{}
}

func (s *Service) checkTemplate(_ *sim.Call, r request) sim.Outcome {
	id := string(r.TemplateID)
	text, known := s.cfg.Templates[id]
	values, want := len(r.Datas), places.Count(text)
	switch {
	case id == "":
		return sim.Refuse("112307", "templateId: empty")
	case !sim.IsDigits(id):
		return sim.Refuse("112318", "templateId: not a number")
	case len(s.cfg.Templates) > 0 && !known:
		return sim.Refuse("160032", "templateId: no such template")
	case utf8.RuneCountInString(s.content(r)) > longestText:
		return sim.Refuse("160020", "datas: the text is over %d characters", longestText)
	case !known || values == want:
		return sim.Outcome{}
	case values == 0:
		return sim.Refuse("112308", "datas: empty, and the template has %d variables", want)
	}
	return sim.Refuse("160052", "datas: %d values for %d variables", values, want)
}

func (s *Service) checkTrial(_ *sim.Call, r request) sim.Outcome {
	if !s.cfg.Trial {
		return sim.Outcome{}
	}
	if r.TemplateID != trialTemplate {
		return sim.Refuse("160032", "templateId: a trial account has template %s only", trialTemplate)
	}
	isStranger := func(number string) bool { return !slices.Contains(s.cfg.TestNumbers, number) }
	if i := slices.IndexFunc(r.numbers(), isStranger); i >= 0 {
		return sim.Refuse("113302", "to: number %d is not registered with the trial account", i+1)
	}
	isOther := func(value string) bool { return len(value) > longestTrialValue || !sim.IsDigits(value) }
	if i := slices.IndexFunc(r.values(), isOther); i >= 0 {
		return sim.Refuse("161125", "datas: value %d is not one to four digits, and this is a trial account", i+1)
	}
	return sim.Outcome{}
}

// checkExtras checks subAppend and reqId.
func (s *Service) checkExtras(c *sim.Call, r request) sim.Outcome {
	subAppend, reqID := string(r.SubAppend), string(r.ReqID)
	switch {
	case subAppend != "" && (len(subAppend) > longestSubAppend || !sim.IsDigits(subAppend)):
		return sim.Refuse("160065", "subAppend: want up to four digits")
	case reqID == "":
		return sim.Outcome{}
	case len(reqID) > longestReqID:
		return sim.Refuse("160055", "reqId: over %d characters", longestReqID)
	case !isAlphanumeric(reqID):
		return sim.Refuse("160031", "reqId: want letters and digits")
	case sim.SameDay(s.reqIDs[reqID], c.Now):
		return sim.Refuse("160054", "reqId: used before today")
	}
	return sim.Outcome{}
}

func (s *Service) checkMobile(_ *sim.Call, r request) sim.Outcome {
	mobile, content := string(r.Mobile), string(r.Content)
	switch {
	case mobile == "":
		return sim.Refuse("160044", "mobile: empty")
	case strings.Contains(mobile, ","):
		return sim.Refuse("160059", "mobile: several numbers; international texts take one")
	case !isForeign(mobile):
		return sim.Refuse("160042", "mobile: want 00, country code and number")
	case strings.HasPrefix(mobile, "0086"):
		return sim.Refuse("160061", "mobile: a mainland number")
	case s.cfg.Mainland:
		return sim.Refuse("160058", "mobile: the account may not send abroad")
	case s.IsBlocked(mobile):
		return sim.Refuse("160034", "mobile: on the blacklist")
	case content == "":
		return sim.Refuse("160035", "content: empty")
	case utf8.RuneCountInString(content) > longestText:
		return sim.Refuse("160020", "content: over %d characters", longestText)
	}
	return sim.Outcome{}
}

// isForeign reports whether a number has the form of those abroad.
func isForeign(number string) bool {
	return strings.HasPrefix(number, "00") && len(number) >= shortestForeign && sim.IsDigits(number)
}

func isAlphanumeric(text string) bool {
	const characters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return text != "" && strings.Trim(text, characters) == ""
}

// haveOneTemplate says which texts the limits set against each other. International
// texts have no template.
func haveOneTemplate(earlier, text sim.Text) bool {
	return text.Template != "" && earlier.Template == text.Template
}
