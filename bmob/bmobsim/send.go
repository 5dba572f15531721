package bmobsim

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/sim"
)

// text is a text that was accepted.
type text struct {
	at       time.Time
	verified bool
}

// firstID is the smsId before the first request's.
const firstID = 1232221

// requestCode makes a code and sends it.
func (s *Service) requestCode(c *sim.Call, _ string) {
	body, phone, ok := s.openFor(c)
	if !ok {
		return
	}
	template, ok := body.text(c, "template", false)
	if !ok || !s.approved(c, template) {
		return
	}
	content := s.cfg.Templates[template]
	if content == "" {
		content = DefaultText
	}
	digits := s.newCode(c, phone)
	content = strings.NewReplacer(
		"%smscode%", digits, "%ttl%", strconv.Itoa(int(s.cfg.CodeLife.Minutes())), "%appname%", s.cfg.AppName,
	).Replace(content)
	token, ok := body.text(c, "validate_token", false)
	if !ok || !s.mayStart(c, phone, content) || !s.captchaSolved(c, template, token) || scripted(c) {
		return
	}
	delete(s.tokens, token)
	id := s.accept(c, phone, sim.Text{Template: template, Text: content, Code: digits})
	s.codes[phone] = &code{digits: digits, expires: c.Now.Add(s.cfg.CodeLife), smsID: id}
}

// requestText sends a template filled with the caller's values.
func (s *Service) requestText(c *sim.Call, _ string) {
	body, phone, ok := s.openFor(c)
	if !ok {
		return
	}
	template, ok := body.text(c, "template", false)
	if !ok {
		return
	}
	if template == "" {
		c.Explain("template: missing")
		refuse(c, "10022", "")
		return
	}
	if !s.approved(c, template) {
		return
	}
	variables, ok := body.content(c)
	if !ok {
		return
	}
	content, ok := s.fill(c, template, variables)
	if !ok || !s.mayStart(c, phone, content) || scripted(c) {
		return
	}
	s.accept(c, phone, sim.Text{Template: template, Params: inOrder(variables), Text: content})
}

// content reads the variables of requestSms: strings or numbers.
func (r request) content(c *sim.Call) (map[string]string, bool) {
	var raw map[string]json.RawMessage
	if len(r["content"]) == 0 {
		c.Explain("content: missing")
		refuse(c, "118", "content")
		return nil, false
	}
	if json.Unmarshal(r["content"], &raw) != nil || raw == nil {
		c.Explain("content: want an object with a member for each variable")
		refuse(c, "111", "content")
		return nil, false
	}
	variables := map[string]string{}
	for name, value := range raw {
		var number json.Number // takes numbers, and strings that look like one
		var words string
		switch {
		case json.Unmarshal(value, &words) == nil && !isNull(value):
			variables[name] = words
		case json.Unmarshal(value, &number) == nil && !isNull(value):
			variables[name] = number.String()
		default:
			c.Explain("content.%s: want a string or a number", name)
			refuse(c, "111", "content")
			return nil, false
		}
	}
	return variables, true
}

// fill puts the values into a template's places; where the simulator has no
// text, the text is the values.
func (s *Service) fill(c *sim.Call, template string, variables map[string]string) (string, bool) {
	content, known := s.cfg.Templates[template]
	if !known {
		return strings.Join(inOrder(variables), " "), true
	}
	parts := strings.Split(content, "%")
	for i := 1; i < len(parts)-1; i += 2 {
		value, ok := variables[parts[i]]
		if !ok {
			c.Explain("content.%s: missing, a variable of the template", parts[i])
			refuse(c, "10013", "")
			return "", false
		}
		parts[i] = value
	}
	return strings.Join(parts, ""), true
}

// inOrder returns the values, ordered by name.
func inOrder(variables map[string]string) []string {
	var values []string
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		values = append(values, variables[name])
	}
	return values
}

// approved reports whether the account has the template.
func (s *Service) approved(c *sim.Call, template string) bool {
	if _, known := s.cfg.Templates[template]; known || template == "" || len(s.cfg.Templates) == 0 {
		return true
	}
	c.Explain("template: no such template")
	refuse(c, "10022", "")
	return false
}

// mayStart checks the limits of the number and the account.
func (s *Service) mayStart(c *sim.Call, phone, content string) bool {
	if s.cfg.Limits && !s.withinLimits(c, phone) {
		refuse(c, "10010", phone)
		return false
	}
	if needed := segments.Count(content, s.cfg.Sign); s.cfg.Balance != nil && s.balance < needed {
		c.Explain("balance: %d messages left, the text takes %d", s.balance, needed)
		refuse(c, "10016", "")
		return false
	}
	return true
}

func (s *Service) withinLimits(c *sim.Call, phone string) bool {
	for _, limit := range []struct {
		most   int
		window time.Duration
	}{{1, time.Minute}, {5, time.Hour}, {10, 24 * time.Hour}} {
		count := 0
		for _, at := range s.sent[phone] {
			if c.Now.Sub(at) < limit.window {
				count++
			}
		}
		if count >= limit.most {
			c.Explain("mobilePhoneNumber: %d texts in %s", count, limit.window)
			return false
		}
	}
	return true
}

// withSign is the text behind its signature, which has six characters by default.
func (s *Service) withSign(content string) string { return "【" + s.cfg.Sign + "】" + content }

// accept takes a text, answers its smsId and returns it.
func (s *Service) accept(c *sim.Call, phone string, m sim.Text) string {
	s.balance -= segments.Count(m.Text, s.cfg.Sign)
	if s.cfg.Limits {
		s.sent[phone] = append(s.sent[phone], c.Now)
	}
	number := firstID + c.Seq
	m.ID = strconv.Itoa(number)
	m.Mailbox, m.Sign, m.To, m.Text = s.cfg.mailbox(), s.cfg.Sign, "+86"+phone, s.withSign(m.Text)
	c.Accept(m)
	s.texts[m.ID] = &text{at: c.Now}
	done(c, struct {
		SMSID int `json:"smsId"`
	}{number})
	return m.ID
}

// mailbox names the application in the inbox.
func (cfg Config) mailbox() string {
	if cfg.AppID != "" {
		return cfg.AppID
	}
	return cfg.SecretKey
}

// sendingTime is how long a text is on its way.
const sendingTime = 3 * time.Second

// query answers what became of a text.
func (s *Service) query(c *sim.Call, smsID string) {
	if _, ok := s.open(c); !ok {
		return
	}
	found, ok := s.texts[smsID]
	if !ok {
		c.Explain("smsId: unknown")
		refuse(c, "10018", smsID)
		return
	}
	if scripted(c) {
		return
	}
	state := "SENDING"
	if c.Now.Sub(found.at) >= sendingTime {
		state = "SUCCESS"
	}
	done(c, struct {
		SMSState    string `json:"sms_state"`
		VerifyState bool   `json:"verify_state"`
	}{state, found.verified})
}
