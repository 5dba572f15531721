// The program gin is a login by phone on gin; "go run ." in its folder says what to try.
package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"

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
	router := gin.New()
	router.Use(gin.Recovery())
	router.Any("/codes/*path", gin.WrapH(http.StripPrefix("/codes", login)))
	router.GET("/me", func(c *gin.Context) {
		session, _ := c.Cookie("session")
		number, known := users.Load(session)
		if !known {
			c.String(http.StatusUnauthorized, "log in first\n")
			return
		}
		c.JSON(http.StatusOK, number)
	})
	return router, nil
}

func main() {
	gin.SetMode(gin.ReleaseMode)
	stage.Show(newBackend)
}
