// Package doors is what the doors of a gateway share: how they read the bodies of requests, how
// they bound what strangers try, and what they log of a panic.
package doors
