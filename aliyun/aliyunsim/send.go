package aliyunsim

import (
	"fmt"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// mostNumbers is how many numbers one request takes.
const mostNumbers = 1000

const numbersField = "PhoneNumbers"

// places are where a template has its values.
var places = sim.Named("${", "}")

// judgeSend decides about one text to some numbers. A refusal stands for the whole
// request.
func (s *Service) judgeSend(c *sim.Call, r request) sim.Outcome {
	if o := sim.FirstRefusal(c, r, required(numbersField, "SignName", "TemplateCode"), checkOutID); o.Refused() {
		return o
	}
	numbers := strings.Split(r.get(numbersField), ",")
	if len(numbers) > mostNumbers {
		return sim.Refuse(tooMany, "%s: %d numbers, at most %d", numbersField, len(numbers), mostNumbers)
	}
	vars, err := readVars(r.get("TemplateParam"))
	if err != nil {
		return sim.Refuse(badJSON, "TemplateParam: %v", err)
	}
	var list []sim.Text
	for _, number := range numbers {
		list = append(list, s.newText(c, r, message{to: number, sign: r.get("SignName"), vars: vars}))
	}
	return s.accept(c, list, fields{numbersField, "SignName", "TemplateParam"})
}

// message is what a request wants sent to one number.
type message struct {
	to, sign string
	vars     sim.Vars
}

func (s *Service) newText(c *sim.Call, r request, m message) sim.Text {
	template := r.get("TemplateCode")
	return sim.Text{
		Service: s.Name(), Mailbox: s.shared.cfg.AccessKeyID, ID: bizID(c, texts), Ref: r.get("OutId"),
		To: e164(m.to), Sign: m.sign, Template: template, Params: m.vars.Values, Names: m.vars.Names,
		Text: sim.Signed(m.sign, places.Fill(s.shared.cfg.Templates[template].Text, m.vars)),
	}
}

// bizID is the id of all texts of a request.
func bizID(c *sim.Call, p product) string {
	return fmt.Sprintf("%010d%06d%s", c.Now.Unix(), c.Seq, p.ending)
}

// accept sends texts, unless one of them is refused.
func (s *Service) accept(c *sim.Call, list []sim.Text, in fields) sim.Outcome {
	o := sim.Accept(list...)
	o.Cost = 0
	for _, text := range list {
		if refused := sim.FirstRefusal(c, submission{text, in}, s.checkNumber, s.checkSign, s.checkTemplate, s.checkValues); refused.Refused() {
			return refused
		}
		o.Cost += billed(text)
	}
	if refused := s.Allow(c.Now, o.Cost, list...); refused.Refused() {
		return inWindow(refused, in.number)
	}
	o.Then = func() any {
		s.ledger.add(c, s.shared.cfg, list)
		return members{"BizId": list[0].ID}
	}
	return o
}

// fields are what a request calls the parts of a text.
type fields struct{ number, sign, values string }

// submission is a text that a request wants sent.
type submission struct {
	sim.Text
	in fields
}
