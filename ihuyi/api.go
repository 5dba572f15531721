package ihuyi

import "strconv"

// API is one of Ihuyi's two interfaces. Both take the same fields, signed in the
// same way, and answer with the same codes.
type API int

const (
	// APIClassic is webservice/sms.php, and isms.php for international texts: the
	// interface of the vendor's document and of most public clients.
	APIClassic API = iota
	// APINewer is sms/Submit.json, and isms/Submit.json for international texts.
	// The package comment says how well it is known.
	APINewer
)

// String returns "classic" or "newer".
func (a API) String() string {
	switch a {
	case APIClassic:
		return "classic"
	case APINewer:
		return "newer"
	}
	return "API(" + strconv.Itoa(int(a)) + ")"
}

// calls are the addresses of one product in one API.
type calls struct {
	baseURL         string
	submit, balance address
	// format is what the form asks for. A newer address says it itself.
	format string
}

// address is a path and a raw query. Without a path the call is not known.
type address struct{ path, query string }

func (cfg Config) calls() calls {
	switch {
	case cfg.API == APINewer && cfg.International:
		return calls{baseURL: DefaultBaseURLNewer, submit: address{path: "/isms/Submit.json"}}
	case cfg.API == APINewer:
		return calls{
			baseURL: DefaultBaseURLNewer,
			submit:  address{path: "/sms/Submit.json"}, balance: address{path: "/sms/GetNum.json"},
		}
	case cfg.International:
		return classicCalls(DefaultBaseURLIntl, "/webservice/isms.php")
	}
	return classicCalls(DefaultBaseURL, "/webservice/sms.php")
}

func classicCalls(baseURL, path string) calls {
	return calls{
		baseURL: baseURL, submit: address{path, "method=Submit"}, balance: address{path, "method=GetNum"}, format: "json",
	}
}
