// Package redisstore keeps in Redis what several programs share: [NewVerifications] makes the store of
// an otp.Service, [NewGuard] that of a guard.Guard, and [NewAttempts] that of a failover.Composer.
//
//	shared := redisstore.Config{Client: redis.NewClient(&redis.Options{Addr: "redis:6379"})}
//	counters, err := redisstore.NewGuard(shared)
//	watch, err := guard.New(guard.Config{Store: counters, Key: guardKey})
//	records, err := redisstore.NewVerifications(shared)
//	codes, err := otp.New(otp.Config{Store: records, Guard: watch, …})
//	attempts, err := redisstore.NewAttempts(shared)
//	sender, err := failover.NewComposer(failover.ComposerConfig{Attempts: attempts, Key: composerKey, …})
//
// # One step, one script
//
// Each call is one Lua script and one round trip (two when the server does not know the
// script yet, as after a restart). A script runs alone, so that of many racing calls one comes first, and a
// program that dies leaves a step done or not done, never half of one. The scripts repeat the rules of package
// otp line by line, and one suite holds them to the same answers.
//
// All keys of a deployment begin with its prefix in braces and so are in one slot of a
// Redis Cluster: a deployment is as fast as one node. A script that finds the name of a key in
// another key uses keys that it was not given, all with the same braces: a proxy that looks at
// the keys of a call has to send all calls of a deployment to one server.
//
// A user of an ACL needs the keys of the prefix, ~{cnsms}:*, and these commands:
//
//	+del +eval +evalsha +get +hdel +hgetall +hincrby +mget +pexpire +pttl +set +time
//	+zadd +zcount +zrange +zrangebyscore +zrem +zremrangebyscore
//
// # Time
//
// Times come from the server's clock, in milliseconds, so that those of the programs do not matter.
// When another server takes over whose clock is behind, time stands still until that has
// caught up, for ten minutes at most.
//
// # Nothing stays
//
// Each key has its end when it is written, in the same step. What is kept are digests and ciphertexts
// made with the service's key: no code and no number, and nothing that tells who tried. A composer makes its digests with
// failover.ComposerConfig.Key: without it, whoever reads the store finds the numbers by trying all of them.
//
// # When Redis fails
//
// An error means that it is not known whether the step was made; a service then answers
// otp.Unavailable. The client may send a command again when a connection is lost (MaxRetries,
// three by default), and so may a proxy between: each call has a mark of its own, by which a script knows a call
// that it has done already within a minute, and answers it again instead of burning another try or
// saying that the code was used. Only an Erase is never sent again: it is an error then.
// NOSCRIPT is answered by sending the script itself. LOADING, READONLY, CLUSTERDOWN and TRYAGAIN are
// sent again by the client, and are errors when they last; nothing was done then.
//
// A replica that takes over lacks what the old primary had not told it yet, usually the last
// milliseconds: a used code may then be good once more, and a wrong one not be counted. Who
// cannot bear that sets min-replicas-to-write, and has the service wait with its answer by WAIT
// in a hook of the client; the calls of this package do not wait.
//
// A server that evicts keys when its memory is full drops codes, and counts of wrong codes with
// them. Set maxmemory-policy to noeviction: then calls that write are errors and do nothing.
//
// A call returns within milliseconds of its context's end. Its connection is then kept until the server
// answers or the client's ReadTimeout is over.
//
// The scripts use nothing that is newer than Redis 5, and are tested on Redis 7.0, alone and as a cluster.
package redisstore
