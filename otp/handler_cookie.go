package otp

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/cnsms/cnsms/otp/guard"
)

const (
	// openCookie is the cookie's name over plain HTTP. Over HTTPS it has a prefix with which
	// browsers take it from this host alone and over HTTPS only, so that no other host
	// of the same site and nobody on the way can set it.
	openCookie   = "cnsms-otp"
	secureCookie = "__Host-" + openCookie
)

// session is what a browser is known by. Each part is as newID makes it.
type session struct {
	binding, device string
	isNew           bool // the browser has not sent it
}

func newSession() session { return session{newID(), newID(), true} }

// sessionOf reads the cookie. Who has none gets values that nothing is bound to, and the
// same steps are made for him.
func (h *Handler) sessionOf(r *http.Request) session {
	names := []string{secureCookie}
	if !h.secure(r) {
		names = append(names, openCookie)
	}
	for _, name := range names {
		for _, cookie := range r.CookiesNamed(name) {
			binding, device, _ := strings.Cut(cookie.Value, ".")
			if isID(binding) && isID(device) {
				return session{binding: binding, device: device}
			}
		}
	}
	return newSession()
}

// isID reports whether newID could have made the text.
func isID(text string) bool {
	return len(text) == idLength && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// setCookie gives a session to the browser.
func (h *Handler) setCookie(x *exchange, s session) {
	name, secure := openCookie, h.secure(x.r)
	if secure {
		name = secureCookie
	}
	http.SetCookie(x.w, &http.Cookie{ //nolint:gosec // it is not Secure where there is no HTTPS
		Name: name, Value: s.binding + "." + s.device, Path: "/", MaxAge: int(guard.Keep.Seconds()),
		Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// secure reports whether the cookie goes over HTTPS only. It does but where the browser
// itself says that it is on plain HTTP of its own machine.
func (h *Handler) secure(r *http.Request) bool {
	if h.config().InsecureCookie {
		return false
	}
	if r.TLS != nil || !isLoopback(r.Host) {
		return true
	}
	origin := r.Header.Get("Origin") // of a page behind a proxy that does not pass Host on
	page, err := url.Parse(origin)
	return origin != "" && (err != nil || page.Scheme != "http" || !isLoopback(page.Host))
}

func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsLoopback()
	}
	return strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost")
}
