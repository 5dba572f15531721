package relaydoor_test

import (
	"net/http"
	"testing"

	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestRepeatedAndMisspeltMembers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, path, who, body string
		code                  relayapi.ErrorCode
		field                 string
	}{
		{"twice", relayapi.PathSubmissions, shop, `{"to":"13800138000","text":"x","to":"13900139000"}`, relayapi.CodeInvalidField, "to"},
		{"twice, escaped", relayapi.PathSubmissions, shop, `{"to":"13800138000","text":"x","t\u006f":"13900139000"}`, relayapi.CodeInvalidField, "to"},
		{"capitals", relayapi.PathSubmissions, shop, `{"to":"13800138000","Text":"x"}`, relayapi.CodeUnknownField, "Text"},
		{"letters that fold", relayapi.PathPull, oldPhone, `{"laneſ":["text"]}`, relayapi.CodeUnknownField, "laneſ"},
		{
			"inner twice", relayapi.PathStateReports, oldPhone, `{"id":"a","lease":"b","state":"failed","error":{"class":"limit","class":"unknown"}}`,
			relayapi.CodeInvalidField, "class",
		},
		{"lone surrogate", relayapi.PathSubmissions, shop, `{"to":"13800138000","text":"a\ud800b"}`, relayapi.CodeInvalidField, "text"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newOnlineWorld(t)
			w.refused(w.call(tt.who, http.MethodPost, tt.path, tt.body), bad, tt.code, tt.field)
		})
	}
}
