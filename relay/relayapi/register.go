package relayapi

import (
	"fmt"
	"io"
	"log/slog"
)

// Register is the body of POST [PathRegister]: a device becomes a phone or a site by a code
// that an operator has made. The request has no token.
type Register struct {
	// Code is the code, which may be typed in capitals, with spaces and hyphens. Required.
	Code Credential `json:"code"`
	// Name is the name that the device chooses. Required unless the code has one.
	Name string `json:"name,omitempty"`
}

// Registered is the response to a [Register].
type Registered struct {
	// Token is the device's token. The gateway does not keep it: this is the only copy.
	Token Credential `json:"token"`
	// Name is the device's name.
	Name string `json:"name"`
	// Role is phone or site.
	Role string `json:"role"`
	// Lanes are the lanes of the token; absent means [DefaultLane] alone.
	Lanes []string `json:"lanes,omitempty"`
}

// Credential is a code or a token. It is a plain string in JSON, and prints as stars
// everywhere else; string(c) gives it.
type Credential string

// String gives nothing away.
func (Credential) String() string { return "****" }

// Format gives nothing away, whatever the verb.
func (c Credential) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue gives loggers nothing.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.String()) }
