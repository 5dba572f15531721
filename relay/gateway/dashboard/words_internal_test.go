package dashboard

import (
	"io/fs"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestEveryWordIsThereInBothLanguages(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	used := regexp.MustCompile(`\.T "([a-z_]+)"`)
	files, err := fs.Glob(pages, "pages/*.html")
	require.NoError(t, err)
	for _, file := range files {
		text, err := pages.ReadFile(file)
		require.NoError(t, err)
		for _, found := range used.FindAllStringSubmatch(string(text), -1) {
			keys[found[1]] = true
		}
	}
	require.Greater(t, len(keys), 80)
	for _, state := range shownStates {
		keys["state_"+string(state)] = true
	}
	for _, class := range []relayapi.FailureClass{
		relayapi.FailureInvalidNumber, relayapi.FailureLimit, relayapi.FailureNoService, relayapi.FailureRejected,
		relayapi.FailureConfig, relayapi.FailureTooLate, relayapi.FailureUnknown,
	} {
		keys["class_"+string(class)] = true
	}
	for key := range keys {
		require.NotEmpty(t, chinese.of(key), key)
		require.NotEmpty(t, english.of(key), key)
	}
	for line := range strings.Lines(wordsText) {
		require.Len(t, strings.Split(line, " | "), 3, line)
	}
	require.Len(t, chinese.all, strings.Count(wordsText, "\n"), "no key is there twice")
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, target, cookie, header, want string }{
		{"nothing", "/", "", "", "en"},
		{"the browser's first", "/", "", "fr, zh-TW;q=0.8, en;q=0.7", "zh-CN"},
		{"the cookie", "/", "en", "zh-CN", "en"},
		{"a cookie that is none", "/", "xx", "zh-CN", "zh-CN"},
		{"the query", "/?lang=zh", "en", "en", "zh-CN"},
		{"a query that is none", "/?lang=xx", "", "en", "en"},
	}
	for _, test := range tests {
		r := httptest.NewRequestWithContext(t.Context(), "GET", test.target, nil)
		r.Header.Set("Accept-Language", test.header)
		if test.cookie != "" {
			r.Header.Set("Cookie", languageCookie+"="+test.cookie)
		}
		require.Equal(t, test.want, language(httptest.NewRecorder(), r).Lang, test.name)
	}
}
