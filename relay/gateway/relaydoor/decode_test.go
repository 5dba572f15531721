package relaydoor_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestBadBodies(t *testing.T) {
	t.Parallel()
	const submit, pull, reports = relayapi.PathSubmissions, relayapi.PathPull, relayapi.PathStateReports
	long := func(n int) string { return strings.Repeat("字", n) }
	tests := []struct {
		name, path, body string
		status           int
		code             relayapi.ErrorCode
		field            string
	}{
		{"empty", submit, ``, bad, relayapi.CodeBadJSON, ""},
		{"white space", submit, " \n", bad, relayapi.CodeBadJSON, ""},
		{"not JSON", submit, `to=1`, bad, relayapi.CodeBadJSON, ""},
		{"null", submit, `null`, bad, relayapi.CodeBadJSON, ""},
		{"array", submit, `[]`, bad, relayapi.CodeBadJSON, ""},
		{"cut off", submit, `{"to":"138`, bad, relayapi.CodeBadJSON, ""},
		{"syntax", submit, `{"to":}`, bad, relayapi.CodeBadJSON, ""},
		{"not UTF-8", submit, "{\"to\":\"\xff\"}", bad, relayapi.CodeBadJSON, ""},
		{"trailing data", submit, `{"to":"13800138000","text":"x"} {}`, bad, relayapi.CodeBadJSON, ""},
		{"space that JSON has not", pull, "{}\v", bad, relayapi.CodeBadJSON, ""},
		{"trailing garbage", pull, `{}x`, bad, relayapi.CodeBadJSON, ""},
		{"unknown member", submit, `{"to":"13800138000","text":"x","from":"y"}`, bad, relayapi.CodeUnknownField, "from"},
		{"unknown inner member", reports, `{"error":{"klass":"x"}}`, bad, relayapi.CodeUnknownField, "klass"},
		{"very long unknown member", pull, `{"` + long(500) + `":1}`, bad, relayapi.CodeUnknownField, long(64)},
		{"too large", submit, `{"text":"` + strings.Repeat("x", relayapi.MaxBody) + `"}`, http.StatusRequestEntityTooLarge, relayapi.CodeBodyTooLarge, ""},

		{"to missing", submit, `{"text":"x"}`, bad, relayapi.CodeInvalidField, "to"},
		{"to null", submit, `{"to":null,"text":"x"}`, bad, relayapi.CodeInvalidField, "to"},
		{"to a number", submit, `{"to":13800138000,"text":"x"}`, bad, relayapi.CodeInvalidField, "to"},
		{"to no phone", submit, `{"to":"12345","text":"x"}`, bad, relayapi.CodeInvalidField, "to"},
		{"text missing", submit, `{"to":"13800138000"}`, bad, relayapi.CodeInvalidField, "text"},
		{"text blank", submit, `{"to":"13800138000","text":" \n "}`, bad, relayapi.CodeInvalidField, "text"},
		{"text too long", submit, `{"to":"13800138000","text":"` + long(1001) + `"}`, bad, relayapi.CodeInvalidField, "text"},
		{"text with control character", submit, `{"to":"13800138000","text":"a\u0000b"}`, bad, relayapi.CodeInvalidField, "text"},
		{"ref too long", submit, `{"to":"13800138000","text":"x","ref":"` + long(129) + `"}`, bad, relayapi.CodeInvalidField, "ref"},
		{"ref not printable", submit, `{"to":"13800138000","text":"x","ref":"a\nb"}`, bad, relayapi.CodeInvalidField, "ref"},
		{"lane with capitals", submit, `{"to":"13800138000","text":"x","lane":"Text"}`, bad, relayapi.CodeInvalidField, "lane"},
		{"lane too long", submit, `{"to":"13800138000","text":"x","lane":"` + strings.Repeat("x", 33) + `"}`, bad, relayapi.CodeInvalidField, "lane"},
		{"ttl negative", submit, `{"to":"13800138000","text":"x","ttl_seconds":-1}`, bad, relayapi.CodeInvalidField, "ttl_seconds"},
		{"ttl too long", submit, `{"to":"13800138000","text":"x","ttl_seconds":3601}`, bad, relayapi.CodeInvalidField, "ttl_seconds"},
		{"ttl a fraction", submit, `{"to":"13800138000","text":"x","ttl_seconds":1.5}`, bad, relayapi.CodeInvalidField, "ttl_seconds"},
		{"wait negative", submit, `{"to":"13800138000","text":"x","wait_ms":-1}`, bad, relayapi.CodeInvalidField, "wait_ms"},
		{"wait too long", submit, `{"to":"13800138000","text":"x","wait_ms":60001}`, bad, relayapi.CodeInvalidField, "wait_ms"},
		{"wait enormous", submit, `{"to":"13800138000","text":"x","wait_ms":1e99}`, bad, relayapi.CodeInvalidField, "wait_ms"},

		{"max negative", pull, `{"max":-1}`, bad, relayapi.CodeInvalidField, "max"},
		{"max too many", pull, `{"max":33}`, bad, relayapi.CodeInvalidField, "max"},
		{"pull wait too long", pull, `{"wait_ms":60001}`, bad, relayapi.CodeInvalidField, "wait_ms"},
		{"interval too short", pull, `{"interval_ms":999}`, bad, relayapi.CodeInvalidField, "interval_ms"},
		{"interval too long", pull, `{"interval_ms":600001}`, bad, relayapi.CodeInvalidField, "interval_ms"},
		{"lanes a text", pull, `{"lanes":"text"}`, bad, relayapi.CodeInvalidField, "lanes"},
		{"lanes empty name", pull, `{"lanes":[""]}`, bad, relayapi.CodeInvalidField, "lanes"},
		{"lanes twice the same", pull, `{"lanes":["a","a"]}`, bad, relayapi.CodeInvalidField, "lanes"},
		{"lanes too many", pull, `{"lanes":[` + strings.Repeat(`"a",`, 16) + `"b"]}`, bad, relayapi.CodeInvalidField, "lanes"},

		{"report without id", reports, `{"lease":"l","state":"taken"}`, bad, relayapi.CodeInvalidField, "id"},
		{"report without lease", reports, `{"id":"i","state":"taken"}`, bad, relayapi.CodeInvalidField, "lease"},
		{"report without state", reports, `{"id":"i","lease":"l"}`, bad, relayapi.CodeInvalidField, "state"},
		{"report with a state of the gateway's", reports, `{"id":"i","lease":"l","state":"expired"}`, bad, relayapi.CodeInvalidField, "state"},
		{"report with a bad time", reports, `{"id":"i","lease":"l","state":"taken","at":"noon"}`, bad, relayapi.CodeInvalidField, "at"},
		{"report with a time in seconds", reports, `{"id":"i","lease":"l","state":"taken","at":5}`, bad, relayapi.CodeInvalidField, "at"},
		{"failed without a reason", reports, `{"id":"i","lease":"l","state":"failed"}`, bad, relayapi.CodeInvalidField, "error"},
		{"a reason without failed", reports, `{"id":"i","lease":"l","state":"sent","error":{"class":"limit"}}`, bad, relayapi.CodeInvalidField, "error"},
		{"failed with a made-up class", reports, `{"id":"i","lease":"l","state":"failed","error":{"class":"bored"}}`, bad, relayapi.CodeInvalidField, "error.class"},
	}
	w := newOnlineWorld(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			who := oldPhone
			if tt.path == submit {
				who = shop
			}
			inner := w.in(t)
			inner.refused(inner.call(who, post, tt.path, tt.body), tt.status, tt.code, tt.field)
		})
	}
	t.Cleanup(func() {
		r := w.callWith(context.Background(), oldPhone, post, relayapi.PathPull, `{}`)
		require.JSONEq(t, `{"jobs":[]}`, string(r.body), "nothing was stored")
	})
}

func TestBadHeaders(t *testing.T) {
	t.Parallel()
	const contentType, key = "Content-Type", relayapi.HeaderIdempotencyKey
	unsupported := http.StatusUnsupportedMediaType
	tests := []struct {
		name, header, value string
		status              int
		code                relayapi.ErrorCode
		field               string
	}{
		{"a form", contentType, "application/x-www-form-urlencoded", unsupported, relayapi.CodeUnsupportedMediaType, contentType},
		{"no content type", contentType, "", unsupported, relayapi.CodeUnsupportedMediaType, contentType},
		{"another charset", contentType, "application/json; charset=gbk", unsupported, relayapi.CodeUnsupportedMediaType, contentType},
		{"compressed", "Content-Encoding", "gzip", unsupported, relayapi.CodeUnsupportedMediaType, "Content-Encoding"},
		{"key empty", key, "", bad, relayapi.CodeInvalidField, key},
		{"key too long", key, strings.Repeat("x", 129), bad, relayapi.CodeInvalidField, key},
		{"key not printable", key, "a\tb", bad, relayapi.CodeInvalidField, key},
		{"key not ASCII", key, "钥匙", bad, relayapi.CodeInvalidField, key},
	}
	w := newOnlineWorld(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inner := w.in(t)
			inner.refused(inner.call(shop, post, relayapi.PathSubmissions, text(), tt.header, tt.value), tt.status, tt.code, tt.field)
		})
	}
	t.Run("content type with charset", func(t *testing.T) {
		t.Parallel()
		inner := w.in(t)
		r := inner.call(oldPhone, post, relayapi.PathPull, `{}`, contentType, "Application/JSON; charset=UTF-8")
		require.Equal(t, http.StatusOK, r.status)
	})
}
