package adapter

import "time"

// Beijing is the time zone of the services: the whole country has one, and it has had
// no summer time for decades.
var Beijing = time.FixedZone("UTC+8", 8*60*60)
