// Package ihuyisim simulates Ihuyi (互亿无线) for tests: sending and the number
// of messages left, mainland and international, as forms or queries, with plain
// APIKEY or dynamic password, through both interfaces: the classic one
// (webservice/sms.php and isms.php) with JSON or XML replies, and the newer one
// (sms/Submit.json, sms/GetNum.json, isms/Submit.json) with JSON.
//
// # Divergences
//
// What the real service does but no source states is simulated by a guess, or
// not at all:
//
//   - The length of the dynamic password's window (here ten minutes, as a sister
//     product documents), whether its letters may be capitals (here they may not),
//     and that the plain APIKEY is accepted with a time beside it.
//   - The order in which faults are noticed, the wording of most refusals (the msg
//     of 2, 405 and 406 are as seen on the wire), the content types of replies, and
//     the answers to what is no form (here 401) or asks for no known method.
//   - The name of the id in replies to international texts: the classic interface
//     sends both readings, the newer one ismsid, as the vendor's articles do, and
//     none with a refusal. Its other replies are those of the classic one.
//   - The newer interface's balance of international accounts is not there: no
//     source tells its address.
//   - 500 characters per text (an older document says 300; nobody says it of
//     international texts), what counts as emoji, and that a variable of eight
//     characters or less is checked in whole texts as well.
//   - Of the limits per number, the one on codes (4085) is not kept apart from the
//     one on texts (4082).
//   - Without Config.Balance the account says that it has a million messages.
//   - Delivery reports and replies (their form is unknown), the trial account's
//     rules, the login password of older accounts and marketing are not simulated.
//   - AddTemplate, SOAP and voice are not simulated either: they are refused with 0
//     and a msg that begins with "not simulated".
package ihuyisim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

// Config describes the simulated account. Account and APIKey are required;
// every other zero value switches the rule off.
type Config struct {
	// Account and APIKey are the only credentials accepted.
	Account, APIKey string
	// International makes it an account for international texts.
	International bool
	// Templates are the approved templates by id, for template mode, which
	// international accounts do not have: the text with 【变量】 for each variable.
	// With none, every id is accepted and the text is the values.
	Templates map[string]string
	// Texts are the approved texts for whole-text mode, with 【变量】 for each
	// variable. With none, every text is accepted.
	Texts []string
	// Sign is the account's signature. Default: 互亿无线.
	Sign string
	// Balance is the number of messages left; it runs down. nil: no end.
	Balance *int
	// Limits switches on the default limits per number: one a second, five a day.
	Limits bool
	// Blocked are numbers on the blacklist, as they stand on the wire.
	Blocked []string
}

// Service is a simulated Ihuyi account. Put it into a sim.Server.
type Service struct {
	*sim.Account

	cfg Config
}

// New returns a simulated account. It panics when cfg is one that no request could
// satisfy.
func New(cfg Config) *Service {
	sim.Demand(cfg.Account != "", "ihuyisim: Config.Account: must not be empty")
	sim.Demand(cfg.APIKey != "", "ihuyisim: Config.APIKey: must not be empty")
	sim.Demand(!cfg.International || len(cfg.Templates) == 0, "ihuyisim: Config.Templates: an international account has none")
	if cfg.Sign == "" {
		cfg.Sign = "互亿无线"
	}
	account := sim.AccountConfig{Balance: cfg.Balance, BalanceCode: "4051", Blocked: cfg.Blocked, NumberField: "mobile"}
	if cfg.Limits {
		account.Limits = limits
	}
	s := &Service{Account: sim.NewAccount(account), cfg: cfg}
	cfg.demandTexts()
	for _, number := range cfg.Blocked {
		sim.Demand(s.isNumber(number), "ihuyisim: Config.Blocked: want numbers as they stand on the wire")
	}
	return s
}

// demandTexts panics for a text that no request could send or name.
func (cfg Config) demandTexts() {
	for _, text := range cfg.Texts {
		sim.Demand(text != "", "ihuyisim: Config.Texts: must not be empty texts")
		sim.Demand(utf8.RuneCountInString(places.Fill(text, shortestValues(text))) <= longestText, "ihuyisim: Config.Texts: over %d characters", longestText)
		sim.Demand(!strings.ContainsFunc(text, isEmoji), "ihuyisim: Config.Texts: must not have emoji")
	}
	for id := range cfg.Templates {
		sim.Demand(id != "", "ihuyisim: Config.Templates: want ids that are not empty")
	}
}

// shortestValues are one character for each variable of an approved text.
func shortestValues(text string) []string { return slices.Repeat([]string{"1"}, places.Count(text)) }

// Name returns "ihuyi".
func (s *Service) Name() string { return "ihuyi" }

// Codes are those of the vendor's table.
func (s *Service) Codes() facts.Codes { return ihuyi.Codes() }

// Owns reports whether the path is one of the account's product, or of one that is
// not simulated.
func (s *Service) Owns(r *http.Request) bool {
	paths := []string{"/webservice/sms.php", "/sms/Submit.json", "/sms/GetNum.json", "/sms/AddTemplate.json", voicePath}
	if s.cfg.International {
		paths = []string{"/webservice/isms.php", "/isms/Submit.json", voicePath}
	}
	return slices.ContainsFunc(paths, func(path string) bool { return strings.HasSuffix(r.URL.Path, path) })
}

// What the service has and the simulator has not.
const (
	voicePath      = "/webservice/voice.php"
	methodTemplate = "AddTemplate"
)

// notSimulated names the call of a request that is not simulated.
func notSimulated(c *sim.Call, f form) (part, call string) {
	isWSDL := func(name string) bool { return strings.EqualFold(name, "WSDL") }
	switch {
	case strings.HasSuffix(c.Request.URL.Path, voicePath):
		return "path", "voice.php"
	case slices.ContainsFunc(slices.Collect(maps.Keys(c.Request.URL.Query())), isWSDL):
		return "query", "WSDL"
	case len(c.Request.Header.Values("SOAPAction")) > 0:
		return "SOAPAction", "SOAP"
	case f.method == methodTemplate:
		return "method", methodTemplate
	}
	return "", ""
}

// Judge decides about a text, or a question for the number of messages left.
func (s *Service) Judge(c *sim.Call) sim.Outcome {
	f, err := s.readForm(c)
	part, call := notSimulated(c, f)
	switch {
	case call != "":
		return sim.NotSimulated("0", part, call)
	case err != nil:
		return sim.Refuse("401", "%v", err)
	case f.method == "Submit":
		if o := sim.FirstRefusal(c, f, s.checkCredentials, s.checkNumber, s.checkText, s.checkTemplate); o.Refused() {
			return o
		}
		return sim.Accept(s.text(c, f))
	case f.method == methodNumber:
		if o := s.checkCredentials(c, f); o.Refused() {
			return o
		}
		return sim.Grant(s.Left())
	}
	page := sim.Reply{Status: http.StatusNotFound, ContentType: "text/html; charset=utf-8", Body: []byte("<html><body>404</body></html>")}
	return sim.RefuseWith(page, "method: want Submit or GetNum, in the query or in the path of the newer interface")
}
