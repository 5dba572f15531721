// Package sim is the kernel of the simulator: it plays SMS services over real
// HTTP, so that programs and tests run without an account and without money.
//
// A [Service] knows the rules of one service and its wire format; the packages
// ihuyi/ihuyisim, tencent/tencentsim and so on provide them. A [Server] puts any
// number of them behind one address, records every request and every accepted text,
// keeps the balance and the limits of an [Account], and plays scripted refusals and
// faults. In a test:
//
//	server := sim.Start(t, ihuyisim.New(ihuyisim.Config{…}))
//	p, err := ihuyi.New(ihuyi.Config{BaseURL: server.URL(), …})
//	…
//	message := server.Texts()[0]
//
// # Faults
//
// A [Fault] is plain data: which requests it meets (service, how many to let
// through, how many to meet) and what happens to them ([Effect]). Faults are
// played in the order in which they were injected and are deterministic; each
// recorded [Exchange] names the fault that met it.
//
// # Without a network
//
// [Server.Transport] is a round tripper that calls the services in memory. It
// keeps to the rules of testing/synctest bubbles, in which real sockets do
// not work.
//
// # Writing a service
//
// Judge decides about a request and returns an [Outcome]; Answer writes one on the
// wire. Codes and their words come from a table, package provider/facts. Package
// sim/simtest has the suite that checks a new service.
//
// The simulator shows full numbers and codes: that is its purpose. Give it none
// that matter. The package uses the standard library, package provider and
// package provider/facts only.
package sim
