package httpx

// AppendFormField appends one field to a body of the type
// application/x-www-form-urlencoded and returns the body. The name must not need
// escaping; the value is escaped as url.QueryEscape does it, without a string
// in between.
func AppendFormField(body []byte, name, value string) []byte {
	if len(body) > 0 {
		body = append(body, '&')
	}
	body = append(body, name...)
	body = append(body, '=')
	for i := range len(value) {
		switch c := value[i]; {
		case isUnreserved(c):
			body = append(body, c)
		case c == ' ':
			body = append(body, '+')
		default:
			body = append(body, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return body
}

const hexDigits = "0123456789ABCDEF"

// isUnreserved reports whether c stands for itself (RFC 3986, section 2.3).
func isUnreserved(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return c == '-' || c == '_' || c == '.' || c == '~'
}
