// Package alarm tells somebody, by another way than the phones, that a phone of a relay
// gateway has fallen silent or that texts fail: by a webhook, or by a text of a paid service.
//
//	watch, err := alarm.New(relay, alarm.Config{
//		Silence:   5 * time.Minute,
//		Notifiers: []alarm.Notifier{&alarm.Webhook{URL: "https://hooks.example.com/relay", Secret: secret}},
//	})
//	...
//	err = watch.Run(ctx)
//
// # What is promised
//
//   - One silence of a phone raises one alarm, and one all-clear when the phone is back. So does
//     each time that the count of errors reaches Config.Errors.
//   - A notifier that is slow or fails holds up neither the watch nor another notifier. It is
//     tried four times; then the failure is logged, and the next alarm has its turn.
//   - An alarm names a phone and times; it has no number and no text, and neither has the log, nor
//     the address of a webhook, which may hold a key.
//
// A phone is watched from its first request on that the gateway has heard since it was started.
package alarm
