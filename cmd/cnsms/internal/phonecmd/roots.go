package phonecmd

// On a system without certificates, as Android is to a program that was built for Linux, those
// of Mozilla count. Go takes them only if the system has none.
import _ "golang.org/x/crypto/x509roots/fallback"
