// The program echo is a login by phone on Echo; "go run ." in its folder says what to try.
package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/cnsms/cnsms/examples/internal/stage"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

func newBackend(sms provider.Provider, key provider.Secret) (http.Handler, error) {
	codes, errCodes := otp.New(otp.Config{Sender: sms, Key: key, Purposes: otp.Purposes{"login": {}}})
	var users sync.Map // session → number; a site would have a table
	login, errLogin := otp.NewHandler(otp.HandlerConfig{Service: codes, OnVerified: func(w http.ResponseWriter, _ *http.Request, done otp.Checked) error {
		session := rand.Text()
		users.Store(session, done.Phone.E164())
		http.SetCookie(w, &http.Cookie{Name: "session", Value: session, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		return nil
	}})
	if err := errors.Join(errCodes, errLogin); err != nil {
		return nil, err
	}
	e := echo.New()
	e.Use(middleware.Recover())
	e.Any("/codes/*", echo.WrapHandler(http.StripPrefix("/codes", login)))
	e.GET("/me", func(c echo.Context) error {
		if cookie, err := c.Cookie("session"); err == nil {
			if number, known := users.Load(cookie.Value); known {
				return c.JSON(http.StatusOK, number)
			}
		}
		return c.String(http.StatusUnauthorized, "log in first\n")
	})
	return e, nil
}

func main() { stage.Show(newBackend) }
