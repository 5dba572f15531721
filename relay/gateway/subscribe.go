package gateway

// Subscribe calls notify after every change of a job's state, as [Queue] Subscribe does, until
// stop is called. It is for a part of the same program that keeps figures: a change names a lane
// with new work, or a job and its state, and no number or text. notify must not block, and must
// not call the gateway.
func (g *Gateway) Subscribe(notify func(Change)) (stop func()) { return g.queue.Subscribe(notify) }
