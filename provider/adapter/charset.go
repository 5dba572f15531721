package adapter

import (
	"bytes"
	"mime"
	"regexp"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// toUTF8 returns the body as UTF-8; see Call.Push.
func toUTF8(body []byte, contentType string) []byte {
	if wide := wideCharset(body); wide != nil {
		if text, err := wide.NewDecoder().Bytes(body); err == nil {
			return text
		}
	}
	if bytes.HasPrefix(body, byteOrderMark) {
		return validUTF8(body)
	}
	body = TrimJSON(body)
	if text, ok := decode(body, declaredCharset(body)); ok {
		return text
	}
	if utf8.Valid(body) {
		return body
	}
	if _, parameters, err := mime.ParseMediaType(contentType); err == nil {
		if text, ok := decode(body, parameters["charset"]); ok {
			return text
		}
	}
	return validUTF8(body)
}

func validUTF8(body []byte) []byte { return bytes.ToValidUTF8(body, []byte("\uFFFD")) }

// wideCharset tells UTF-16 and UTF-32 by the first bytes, a byte order mark or an
// ASCII character between zeros, and returns nil for what is neither.
func wideCharset(body []byte) encoding.Encoding {
	switch {
	case hasPrefix(body, "\xff\xfe\x00\x00") || len(body) >= 4 && body[0] != 0 && bytes.HasPrefix(body[1:], []byte{0, 0, 0}):
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case hasPrefix(body, "\x00\x00\xfe\xff") || hasPrefix(body, "\x00\x00\x00"):
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	case hasPrefix(body, "\xff\xfe") || len(body) >= 2 && body[0] != 0 && body[1] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case hasPrefix(body, "\xfe\xff") || hasPrefix(body, "\x00"):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return nil
}

func hasPrefix(body []byte, prefix string) bool { return bytes.HasPrefix(body, []byte(prefix)) }

// decode reads the body in the charset of that label. A label is wrong when nobody
// knows it, when the body does not begin in that charset as it stands, such as UTF-16
// for a body that can be read as ASCII, and when it is UTF-8 and the body is not.
func decode(body []byte, label string) (text []byte, ok bool) {
	charset := charsetOf(label)
	if charset == nil || len(body) == 0 {
		return nil, false
	}
	if charset == unicode.UTF8 {
		return body, utf8.Valid(body)
	}
	text, err := charset.NewDecoder().Bytes(body)
	if err != nil || len(text) == 0 || text[0] != body[0] {
		return nil, false
	}
	return text, true
}

// charsetOf returns the charset of a label, or nil where nobody knows it. GBK and
// GB2312 are read as GB18030, which has all their characters in the same places and
// more.
func charsetOf(label string) encoding.Encoding {
	charset, err := htmlindex.Get(label)
	if err != nil || charset == encoding.Replacement {
		charset, err = ianaindex.IANA.Encoding(label)
	}
	switch {
	case err != nil:
		return nil
	case charset == simplifiedchinese.GBK:
		return simplifiedchinese.GB18030
	}
	return charset
}

var (
	declaration   = regexp.MustCompile(`^<\?xml\s[^>]*\?>`)
	declaredLabel = regexp.MustCompile(`\sencoding\s*=\s*["']?([^"'?>]*)`)
)

// declaredCharset returns the label in an XML declaration, if there is one.
func declaredCharset(body []byte) (label string) {
	if match := declaredLabel.FindSubmatch(declaration.Find(body)); match != nil {
		return string(match[1])
	}
	return ""
}

// withoutDeclaration takes off an XML declaration: its charset is no longer true, and
// encoding/xml wants version 1.0.
func withoutDeclaration(text []byte) []byte { return text[len(declaration.Find(text)):] }
