package providertest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/cnsms/cnsms/provider"
)

func contradictionCases() []testCase {
	return []testCase{
		{
			name: "success-status", wire: true, essential: true, run: successStatus,
			rule: "an HTTP status of success says nothing about the text: what the body refuses is a failure under every status",
		},
		{
			name: "trailing-garbage", wire: true, essential: true, run: trailingGarbage,
			rule: "a reply with something behind it that does not belong there is KindUnavailable with MayHaveSent",
		},
		{
			name: "unexpected-status", wire: true, essential: true, run: unexpectedStatus,
			rule: "an HTTP status that no request asks for is a failure at once: a switch of protocols has a body without an end",
		},
	}
}

// successStatus plays a refusal of the service under other statuses of success.
func successStatus(c *check) {
	refused := c.refusedReply()
	if refused.Body == nil {
		c.Skip("the service never refuses")
	}
	for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusPartialContent, 299} {
		for name, body := range map[string][]byte{"refusal": refused.Body, "empty": nil, "empty-object": []byte("{}")} {
			c.sub(fmt.Sprintf("%d-%s", status, name), func(c *check) {
				s := c.stage()
				c.reply(s, Reply{Status: status, ContentType: refused.ContentType, Body: body})
				situation := fmt.Sprintf("the reply is HTTP %d, %s", status, quote(body))
				_, err := c.send(c.Context(), c.provider(s), c.message(), situation)
				c.failed(err, wanted{}, situation)
				c.requestsOfFailure(s, situation)
			})
		}
	}
}

// trailingGarbage puts something behind the reply of a success.
func trailingGarbage(c *check) {
	good := c.goodReply()
	if !bytes.HasSuffix(good.Body, []byte("}")) {
		c.Skip("the service's replies are no JSON objects")
	}
	for _, garbage := range []string{"x", "}", "{}", "]", "\x00", ",", string(good.Body)} {
		c.sub(fmt.Sprintf("%.8q", garbage), func(c *check) {
			c.unusable(Reply{Status: good.Status, ContentType: good.ContentType, Body: append(bytes.Clone(good.Body), garbage...)})
		})
	}
}

// unexpectedStatus holds the connection open behind a status that ends no request.
func unexpectedStatus(c *check) {
	for name, head := range map[string]string{
		"101":            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
		"101-bare":       "HTTP/1.1 101 Switching Protocols\r\n\r\n",
		"304":            "HTTP/1.1 304 Not Modified\r\n\r\n",
		"no-content-204": "HTTP/1.1 204 No Content\r\n\r\n",
	} {
		c.sub(name, func(c *check) {
			s := c.stage()
			s.answer(func(w http.ResponseWriter, r *http.Request) { s.holdBehind(w, r, head) })
			situation := "the service answers with HTTP status " + name + " and holds the connection"
			_, err := c.send(c.Context(), c.provider(s), c.message(), situation)
			c.failed(err, wanted{kind: provider.KindUnavailable, sent: maySent}, situation)
			c.requestsOfFailure(s, situation)
		})
	}
}

// holdBehind writes a head by hand and keeps the connection until the client closes
// it or the stage ends.
func (s *stage) holdBehind(w http.ResponseWriter, _ *http.Request, head string) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = connection.Close() }()
	_, _ = io.WriteString(connection, head)
	go func() {
		<-s.closing
		_ = connection.Close()
	}()
	_, _ = io.Copy(io.Discard, connection)
}
