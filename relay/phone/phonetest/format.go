package phonetest

import (
	"fmt"
	"io"
)

// Format prints neither tokens nor texts.
func (a *App) Format(f fmt.State, _ rune) {
	id, _ := a.Registered()
	_, _ = fmt.Fprintf(f, "phonetest.App{%q, %d sent, %d unreported}", id, len(a.Sent()), a.Unreported())
}

// Format prints neither the token nor texts.
func (p *Phone) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "phonetest.Phone{%d sent, %d unreported}", len(p.Sent()), p.Unreported())
}

// Format prints none of the values, of which some are secret.
func (AppConfig) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "phonetest.AppConfig{…}") }

// Format prints none of the values, of which some are secret.
func (PhoneConfig) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "phonetest.PhoneConfig{…}")
}

// Format prints the SIM's data masked, as the app tells of it.
func (s AppSIM) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "{%s %s %s}", masked(s.Number), masked(s.Carrier), masked(s.ICCID))
}
