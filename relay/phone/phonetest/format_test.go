package phonetest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone/phonetest"
)

func TestNothingSecretIsPrinted(t *testing.T) {
	t.Parallel()
	play(t, "of an app that has sent", nil, func(w *world) {
		w.offer(message("a"))
		cfg := phonetest.AppConfig{PrivateToken: "private", Code: "123456", Password: "secret", SIMs: []phonetest.AppSIM{{Number: number}}}
		own := phonetest.PhoneConfig{Token: "phone-token"}
		for _, printed := range []any{w.app, cfg, cfg.SIMs, w.app.Sent(), own, phonetest.NewPhone(own)} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
				text := fmt.Sprintf(verb, printed)
				for _, secret := range []string{"private", "123456", "secret", "phone-token", "t1", number, "13800138000", "824913"} {
					require.NotContains(w, text, secret, verb)
				}
			}
		}
		require.Equal(w, `phonetest.App{"d1", 1 sent, 0 unreported}`, fmt.Sprint(w.app))
	})
}
