package dashboard

import (
	"errors"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// tokensPage are the stored tokens.
type tokensPage struct {
	words

	Tokens []tokenView
	Notice string
}

// tokenView is a token as it is shown: the beginning of its hash, and no token.
type tokenView struct {
	Name, Role, Lanes, Short, Hash string
	Revoked                        string
}

func (d *Dashboard) tokens(w http.ResponseWriter, r *request) {
	all, err := d.options.Principals.List(r.Context())
	if err != nil {
		d.fail(w, r, http.StatusServiceUnavailable, "failed_queue")
		return
	}
	shown := tokensPage{words: r.words}
	switch said := r.URL.Query().Get("said"); said {
	case "revoked_ok", "revoked_unknown":
		shown.Notice = r.words.of(said)
	}
	now := d.gateway.Now()
	for _, p := range all {
		one := tokenView{
			Name: p.Name, Role: r.words.of("role_" + p.Role.String()), Lanes: strings.Join(lanesOf(p), ", "),
			Short: p.Token.String(), Hash: p.Token.Hex(),
		}
		if !p.Revoked.IsZero() {
			one.Revoked = d.clock(p.Revoked, now)
		}
		shown.Tokens = append(shown.Tokens, one)
	}
	d.render(w, r, http.StatusOK, "tokens", "tokens", shown)
}

func (d *Dashboard) revoke(w http.ResponseWriter, r *request) {
	hash, err := gateway.ParseHash(r.PostFormValue("token"))
	if err == nil {
		err = d.gateway.Revoke(r.Context(), r.operator, hash)
	} else {
		err = gateway.ErrUnknownToken
	}
	switch {
	case errors.Is(err, gateway.ErrUnknownToken):
		http.Redirect(w, r.Request, "/tokens?said=revoked_unknown", http.StatusSeeOther)
	case err != nil:
		d.fail(w, r, http.StatusServiceUnavailable, "failed_queue")
	default:
		http.Redirect(w, r.Request, "/tokens?said=revoked_ok", http.StatusSeeOther)
	}
}

// lanesOf returns the lanes of a principal, with the default one said.
func lanesOf(p gateway.Principal) []string {
	if len(p.Lanes) == 0 && p.Role != gateway.RoleOperator {
		return []string{relayapi.DefaultLane}
	}
	return p.Lanes
}
