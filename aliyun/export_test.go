package aliyun

import "net/http"

// Authorization signs a request as New and NewVerification do.
func Authorization(id, secret, host, query string, header http.Header, body string) string {
	authorization, _ := signed{http.MethodPost, host, "/", query, header, hash([]byte(body))}.authorization(id, secret)
	return authorization
}
