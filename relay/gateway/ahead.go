package gateway

import "time"

// A clock that was ahead leaves jobs that were created later than now. They must not bind
// those of the right clock.

// CallsApart is how much later than now a job may have been created and still count
// towards a quota: calls reach an engine in any order, and of two at once each must count
// for the other. What was created later than that counts once its time has come.
const CallsApart = time.Minute
