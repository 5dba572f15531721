package aliyunsim

import (
	"cmp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/sim"
)

const (
	longestScheme = 20 // characters
	codeVariable  = "code"
	// ownCode in the place of a code lets the service make one.
	ownCode = "##code##"
)

// The forms of a code and the times around it, where a request does not say them.
const (
	defaultLength   = 4
	defaultType     = 1
	defaultLife     = 5 * time.Minute
	defaultInterval = 60 // seconds
	newestOnly      = 1  // the DuplicatePolicy
	allInTheirLife  = 2
)

// order is a request for a text with a code.
type order struct {
	key      codeKey
	sign     string
	template string
	vars     sim.Vars
	outID    string
	reveal   bool // ReturnVerifyCode

	length, kind, policy int
	life, interval       time.Duration
}

// judgeSend decides about SendSmsVerifyCode.
func (v *Verification) judgeSend(c *sim.Call, r request) sim.Outcome {
	if o := sim.FirstRefusal(c, r, required("PhoneNumber", "SignName", "TemplateCode", "TemplateParam"), checkTarget, checkOutID); o.Refused() {
		return o
	}
	d, o := v.readOrder(r)
	if o.Refused() {
		return o
	}
	if o := sim.FirstRefusal(c, d, v.checkGift, v.checkVariables, v.checkInterval); o.Refused() {
		return o
	}
	text, made := v.newText(c, d)
	o = sim.Accept(text)
	o.Cost = billed(text)
	o.Then = func() any {
		v.ledger.add(c, v.shared.cfg, []sim.Text{text})
		v.sent[text.To] = c.Now
		model := members{"BizId": text.ID, "OutId": d.outID, "RequestId": requestID(c)}
		if made != "" {
			v.keep(d, &code{text: made, expires: c.Now.Add(d.life)})
			if d.reveal {
				model["VerifyCode"] = made
			}
		}
		return members{"Model": model}
	}
	return o
}

// checkTarget checks the fields that say whose code it is.
func checkTarget(_ *sim.Call, r request) sim.Outcome {
	switch number, country := r.get("PhoneNumber"), r.get("CountryCode"); {
	case !isMainland("+86" + number):
		return sim.Refuse("MOBILE_NUMBER_ILLEGAL", "PhoneNumber: want the 11 digits of a mainland number")
	case country != "" && country != "86":
		return sim.Refuse(badFields, "CountryCode: want 86")
	case utf8.RuneCountInString(r.get("SchemeName")) > longestScheme:
		return sim.Refuse(badFields, "SchemeName: over %d characters", longestScheme)
	}
	return sim.Outcome{}
}

// readOrder reads the rest of a request, or refuses it.
func (v *Verification) readOrder(r request) (order, sim.Outcome) {
	vars, err := readVars(r.get("TemplateParam"))
	if err != nil {
		return order{}, sim.Refuse(badFields, "TemplateParam: %v", err)
	}
	d := order{
		key: keyOf(r), sign: r.get("SignName"), template: r.get("TemplateCode"), vars: vars,
		outID: r.get("OutId"), reveal: r.get("ReturnVerifyCode") == "true",
	}
	const day = 24 * 60 * 60
	var life, interval int
	for _, f := range []struct {
		name                  string
		value                 *int
		otherwise, from, most int
	}{
		{"CodeLength", &d.length, defaultLength, 4, 8},
		{"CodeType", &d.kind, defaultType, 1, len(alphabets)},
		{"DuplicatePolicy", &d.policy, newestOnly, newestOnly, allInTheirLife},
		{"ValidTime", &life, int(v.shared.cfg.Verification.life() / time.Second), 1, day},
		{"Interval", &interval, defaultInterval, 0, day},
	} {
		*f.value = f.otherwise
		text := r.get(f.name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < f.from || n > f.most {
			return d, sim.Refuse(badFields, "%s: want %d to %d", f.name, f.from, f.most)
		}
		*f.value = n
	}
	if flag := r.get("ReturnVerifyCode"); flag != "" && flag != "true" && flag != "false" {
		return d, sim.Refuse(badFields, "ReturnVerifyCode: want true or false")
	}
	d.life, d.interval = time.Duration(life)*time.Second, time.Duration(interval)*time.Second
	return d, sim.Outcome{}
}

// checkGift checks that signature and template are among those given.
func (v *Verification) checkGift(_ *sim.Call, d order) sim.Outcome {
	cfg := v.shared.cfg.Verification
	_, known := cfg.Templates[d.template]
	switch {
	case !isSign(d.sign) || len(cfg.Signs) > 0 && !slices.Contains(cfg.Signs, d.sign):
		return sim.Refuse(badFields, "SignName: none of the given signatures (Config.Verification.Signs)")
	case !known && len(cfg.Templates) > 0:
		return sim.Refuse(badFields, "TemplateCode: none of the given templates (Config.Verification.Templates)")
	}
	return sim.Outcome{}
}

// checkVariables checks the values of the template's variables.
func (v *Verification) checkVariables(_ *sim.Call, d order) sim.Outcome {
	missing := places.Missing(v.shared.cfg.Verification.Templates[d.template], d.vars)
	if i := slices.Index(d.vars.Values, ""); missing == "" && i >= 0 {
		missing = d.vars.Names[i]
	}
	if missing != "" {
		o := sim.Refuse(badFields, "TemplateParam: no value for the variable %s", missing)
		o.Words = "Invalid content for template variable " + missing + "."
		return o
	}
	return sim.Outcome{}
}

// checkInterval checks the time since the last text to the number.
func (v *Verification) checkInterval(c *sim.Call, d order) sim.Outcome {
	last, sent := v.sent[d.key.number]
	if v.shared.cfg.Verification.Interval && sent && c.Now.Sub(last) < d.interval {
		o := sim.Refuse("biz.FREQUENCY", "PhoneNumber: a text %s ago, and the interval is %s", c.Now.Sub(last), d.interval)
		o.Words = "check frequency failed"
		return o
	}
	return sim.Outcome{}
}

// newText is the text with its code, and the code where the service has made it. Then it
// is none of the text's Params, which are what the request says.
func (v *Verification) newText(c *sim.Call, d order) (text sim.Text, made string) {
	var filled, given sim.Vars
	for i, value := range d.vars.Values {
		name := d.vars.Names[i]
		if value == ownCode {
			made = v.newCode(c, d)
			filled.Add(name, made)
			continue
		}
		filled.Add(name, value)
		given.Add(name, value)
	}
	shown, _ := filled.Get(codeVariable)
	return sim.Text{
		Service: v.Name(), Mailbox: v.shared.cfg.AccessKeyID, ID: bizID(c, verification), Ref: d.outID, To: d.key.number,
		Sign: d.sign, Template: d.template, Params: given.Values, Names: given.Names, Code: cmp.Or(made, shown),
		Text: sim.Signed(d.sign, places.Fill(v.shared.cfg.Verification.Templates[d.template], filled)),
	}, made
}

// life is how long a code is valid whose request does not say so.
func (cfg VerificationConfig) life() time.Duration {
	if cfg.CodeLife == 0 {
		return defaultLife
	}
	return cfg.CodeLife
}
