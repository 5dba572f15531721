// Package redistest starts Redis for tests: a real server, a real cluster of three
// nodes, and one in memory whose clock a test moves. Nothing but tests imports it.
//
// A server takes some 50 milliseconds to start and a cluster some seconds. Tests that share
// one keep their keys apart by a prefix of their own, see [Redis.Keys].
package redistest
