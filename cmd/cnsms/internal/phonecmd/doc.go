// Package phonecmd is the command "cnsms phone": it runs beside a phone or a modem, takes jobs
// from a gateway and sends their texts.
//
//	cnsms phone --gateway https://relay.example.com --token-file phone.token --code CODE
//
// With --code it gets its token from the gateway first, once, and keeps it in the token file,
// which only its owner can read. It then checks its sender, by name, and says so when a program,
// a permission or the app behind it is missing. It ends with an error when the gateway does not
// accept its token. It does not end because the gateway is out of reach. A signal that ends its
// context lets a text that is being sent be finished; the outbox keeps what could not be
// reported.
//
// # Senders
//
//   - termux, on an Android phone with Termux and the app Termux:API: see phone.Termux.
//   - exec runs a command of the user's: see phone.Exec. A job stays taken unless
//     --trust-exit-code says that exit code 0 proves a sent text.
//   - fake sends nothing, for trying a gateway out.
//
// # Android
//
// A static program on Android finds neither the system's resolver nor, built for Linux, its
// certificates. The command asks the name servers of --dns, or those that the system and Termux
// name, or two public ones; and it has the certificates of Mozilla built in, for systems without
// any.
package phonecmd
