package adapter

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"

	"github.com/cnsms/cnsms/provider"
)

// Push reads the body of a push that comes by POST, as UTF-8 and without white space
// around it. At most [MaxReply] of it is read, unpacked as a reply is.
//
// Which charset the body is in say, in this order, its first bytes, an XML
// declaration and the Content-Type, with any label of the WHATWG's or IANA's registry
// that golang.org/x/text knows. A label that cannot be right is passed over, as is
// the Content-Type of a body that is UTF-8. Bytes that are no text become U+FFFD
// rather than fail the push, which the service would repeat as it is.
func (c *Call) Push(r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, c.UnusablePush("want POST")
	}
	body, err := readPush(r)
	if err != nil {
		return nil, &provider.Error{
			Provider: c.client.Name(), Op: c.op, Kind: provider.KindUnavailable, Text: "unusable push", Err: err,
		}
	}
	return TrimJSON(toUTF8(body, r.Header.Get("Content-Type"))), nil
}

func readPush(r *http.Request) ([]byte, error) {
	if r.Body == nil { // a request that a test has made by hand
		return nil, nil
	}
	content, err := unpack(r.Header, r.Body)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(content, MaxReply+1))
	if err == nil && len(body) > MaxReply {
		err = errors.New("larger than 1 MiB")
	}
	return body, err
}

// UnusablePush is the error for a push that is not what the service promises, or for
// one report of it. The problem begins with the name of the field and must not
// repeat the push, which could hold anything.
func (c *Call) UnusablePush(problem string) error {
	return c.Fail(provider.KindUnavailable, "unusable push: %s", problem)
}

// DecodeXML reads a push that must be XML into v, which is a pointer to a struct. The
// text is UTF-8 already, whatever its declaration says; see [Call.Push]. Fields that
// are a Scalar or an Aside come without white space around them. The error does not repeat the
// push.
func DecodeXML(text []byte, v any) error {
	if err := xml.Unmarshal(withoutDeclaration(text), v); err != nil {
		return errors.New("not the expected XML")
	}
	return nil
}
