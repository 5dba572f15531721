// The program backend is a login by phone, whole; "go run ./examples/backend" says what to try.
package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"github.com/cnsms/cnsms/examples/internal/stage"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

func newBackend(sms provider.Provider, key provider.Secret) (http.Handler, error) {
	codes, errCodes := otp.New(otp.Config{Sender: sms, Key: key, Purposes: otp.Purposes{"login": {}}})
	var users sync.Map // session → number
	login, errLogin := otp.NewHandler(otp.HandlerConfig{Service: codes, OnVerified: func(w http.ResponseWriter, _ *http.Request, done otp.Checked) error {
		session := rand.Text()
		users.Store(session, done.Phone.E164())
		http.SetCookie(w, &http.Cookie{Name: "session", Value: session, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		return nil
	}})
	mux := http.NewServeMux()
	mux.Handle("/codes/", http.StripPrefix("/codes", login))
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie("session"); err == nil {
			if number, known := users.Load(cookie.Value); known {
				_ = json.NewEncoder(w).Encode(number)
				return
			}
		}
		http.Error(w, "log in first", http.StatusUnauthorized)
	})
	return mux, errors.Join(errCodes, errLogin)
}

func main() { stage.Show(newBackend) }
