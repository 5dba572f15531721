package aliyun

import (
	"net/http"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider/adapter"
)

// Authorization signs a request as New and NewVerification do. The headers are those that
// are signed.
func Authorization(id, secret, query string, headers map[string]string, body string) string {
	var sorted []adapter.Field
	for name, value := range headers {
		sorted = append(sorted, adapter.Field{Name: name, Value: value})
	}
	slices.SortFunc(sorted, func(a, b adapter.Field) int { return strings.Compare(a.Name, b.Name) })
	authorization, _ := signed{http.MethodPost, "/", query, sorted, hash([]byte(body))}.authorization(id, secret)
	return authorization
}

// Sign signs a request that is ready to be signed.
func Sign(id, secret string, headers []adapter.Field, bodyHash string) string {
	authorization, _ := signed{http.MethodPost, "/", "", headers, bodyHash}.authorization(id, secret)
	return authorization
}
