package dashboard

import (
	_ "embed"
	"net/http"
	"strings"
)

//go:embed words.txt
var wordsText string

// words are what pages say in one language.
type words struct {
	// Lang is the language's tag: zh-CN or en.
	Lang string
	all  map[string]string
}

// of returns the words of a key. A key without words is a mistake, which a test finds.
func (w words) of(key string) string { return w.all[key] }

var chinese, english = readWords(wordsText)

// readWords reads lines of "key | Chinese | English".
func readWords(text string) (chinese, english words) {
	chinese, english = words{"zh-CN", map[string]string{}}, words{"en", map[string]string{}}
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSpace(line), " | ")
		if len(fields) == 3 {
			chinese.all[fields[0]], english.all[fields[0]] = fields[1], fields[2]
		}
	}
	return chinese, english
}

// languageCookie keeps the language that the operator has chosen.
const languageCookie = "cnsms_language"

// language returns the words for a request: those of the language that its query or its
// cookie names, or else the first of the two that the browser asks for.
func language(w http.ResponseWriter, r *http.Request) words {
	chosen := r.URL.Query().Get("lang")
	if chosen == "zh" || chosen == "en" {
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // it is no secret
			Name: languageCookie, Value: chosen, Path: "/", MaxAge: 365 * 24 * 60 * 60, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
	} else if cookie, err := r.Cookie(languageCookie); err == nil {
		chosen = cookie.Value
	}
	switch chosen {
	case "zh":
		return chinese
	case "en":
		return english
	}
	for tag := range strings.SplitSeq(strings.ToLower(r.Header.Get("Accept-Language")), ",") {
		switch tag = strings.TrimSpace(tag); {
		case strings.HasPrefix(tag, "zh"):
			return chinese
		case strings.HasPrefix(tag, "en"):
			return english
		}
	}
	return english
}
