package providertest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"reflect"
	"regexp"
	"strings"

	"github.com/cnsms/cnsms/provider"
)

// hides checks that nothing secret shows when value is printed or logged.
func (c *check) hides(value any, what string) {
	c.Helper()
	for how, text := range renderings(value) {
		c.hidesText(text, what+" printed with "+how)
	}
}

// hidesError checks that nothing secret shows in err or in anything inside it.
func (c *check) hidesError(err error) {
	c.Helper()
	for _, one := range errorsIn(err) {
		c.hides(one, fmt.Sprintf("the %T in the error", one))
		c.hidesText(one.Error(), fmt.Sprintf("the text of the %T in the error", one))
	}
	for e := range provider.Failures(err) {
		c.hidesText(e.Text, "Error.Text")
		c.hidesText(e.Code, "Error.Code")
	}
}

func (c *check) hidesText(text, where string) {
	c.Helper()
	for _, reading := range readings(pointer.ReplaceAllString(text, "0x…")) {
		for _, n := range c.needles() {
			if n.standsIn(reading) {
				c.broken("%s shows %s: %q", where, n.what, text)
			}
		}
	}
}

// readings are the ways in which a person or a program may read a text: as it
// stands, with escapes undone, and with the digits of a number drawn together.
func readings(text string) []string {
	all := []string{text}
	if plain, err := url.QueryUnescape(text); err == nil && plain != text {
		all = append(all, plain)
	}
	if plain := jsonEscape.ReplaceAllStringFunc(text, unescapeJSON); plain != text {
		all = append(all, plain)
	}
	for _, reading := range all {
		if joined := betweenDigits.ReplaceAllString(reading, "$1"); joined != reading {
			all = append(all, joined)
		}
	}
	return all
}

var (
	// jsonEscape matches a character as JSON may write it.
	jsonEscape = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)
	// betweenDigits matches a digit and what people put between groups of digits.
	betweenDigits = regexp.MustCompile(`([0-9])[ \x{00A0}.()\-]{1,2}\b`)
)

func unescapeJSON(escape string) string {
	var plain string
	if err := json.Unmarshal([]byte(`"`+escape+`"`), &plain); err != nil {
		return escape
	}
	return plain
}

// pointer matches addresses in memory, whose digits may look like a code.
var pointer = regexp.MustCompile(`0x[0-9a-f]+`)

// needle is a text that must not be found, and what it is.
type needle struct{ text, what string }

// standsIn reports whether the needle is found. Few digits in the middle of more
// digits are chance: times and durations are full of them.
func (n needle) standsIn(text string) bool {
	if len(n.text) > longestChance || strings.Trim(n.text, digits) != "" {
		return strings.Contains(text, n.text)
	}
	for from := 0; ; {
		at := strings.Index(text[from:], n.text)
		if at < 0 {
			return false
		}
		begin, end := from+at, from+at+len(n.text)
		if !endsInDigit(text[:begin]) && !startsWithDigit(text[end:]) {
			return true
		}
		from = begin + 1
	}
}

const (
	digits = "0123456789"
	// longestChance is the length up to which digits meet by chance.
	longestChance = 8
)

func endsInDigit(text string) bool {
	return text != "" && strings.ContainsRune(digits, rune(text[len(text)-1]))
}

func startsWithDigit(text string) bool {
	return text != "" && strings.ContainsRune(digits, rune(text[0]))
}

// needles lists what must not be found, in each form that it may take on its
// way into a text.
func (c *check) needles() []needle {
	m := c.h.Message
	plain := []needle{{m.To.National(), "the full number"}}
	if code := m.Params[provider.ParamCode]; code != "" {
		plain = append(plain, needle{code, "the code"})
	}
	for i, secret := range c.h.Secrets {
		plain = append(plain, needle{secret, fmt.Sprintf("Harness.Secrets[%d]", i)})
	}
	all := plain
	for _, n := range plain {
		all = append(all,
			needle{hex.EncodeToString([]byte(n.text)), n.what + " in hexadecimal"},
			needle{strings.ToUpper(hex.EncodeToString([]byte(n.text))), n.what + " in hexadecimal"},
			needle{base64.StdEncoding.EncodeToString([]byte(n.text)), n.what + " in base64"},
			needle{url.QueryEscape(n.text), n.what + " as in a query"},
		)
	}
	return all
}

// verbs are the ways in which package fmt prints, those among them that fit no
// string: fmt then prints what it has.
var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"}

// holder has an unexported field: fmt prints what is in there without asking
// its methods.
type holder struct{ inner any }

// renderings prints value in every way, by the name of the way.
func renderings(value any) map[string]string {
	texts := map[string]string{}
	_, isReceipt := value.(provider.Receipt) // its JSON is for storage and holds the number
	_, isMessage := value.(provider.Message) // a map in it cannot guard itself in an unexported field
	for _, verb := range verbs {
		texts[verb] = fmt.Sprintf(verb, value)
		if isMessage {
			continue
		}
		texts[verb+" in an unexported field"] = fmt.Sprintf(verb, holder{value})
		texts[verb+" behind a pointer"] = fmt.Sprintf(verb, &holder{value})
	}
	for name, newHandler := range map[string]func(b *bytes.Buffer) slog.Handler{
		"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"slog JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		texts[name] = logged(newHandler, value)
	}
	if data, err := json.Marshal(value); err == nil && !isReceipt {
		texts["JSON"] = string(data)
	}
	return texts
}

// hidesByValue checks what stands behind the pointer that a provider is: somebody may
// print that, or keep it in a struct, with verbs that fit nothing.
func (c *check) hidesByValue(p provider.Provider, what string) {
	c.Helper()
	pointed := reflect.ValueOf(p)
	if pointed.Kind() != reflect.Pointer || pointed.IsNil() {
		return
	}
	value := pointed.Elem().Interface()
	c.hides(value, what+" by value")
	for _, verb := range []string{"%p", "%w", "%t", "%c", "%e", "%U", "%z", "%+q", "%#x", "% x", "%-20s"} {
		for _, one := range []any{p, value, holder{p}, holder{value}, &holder{value}, []any{value}, map[string]any{"p": value}} {
			c.hidesText(fmt.Sprintf(verb, one), what+" printed with "+verb)
		}
	}
}

func logged(newHandler func(b *bytes.Buffer) slog.Handler, value any) string {
	var b bytes.Buffer
	logger := slog.New(newHandler(&b))
	logger.Info("providertest", slog.Any("value", value), slog.Group("group", slog.Any("value", value)))
	return b.String()
}
