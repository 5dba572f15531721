package otp

// ParseRef reads the Message.Ref of a text that a Service has sent, which services repeat in
// reports and logs: the id of its verification, and the number of the text in it. It is false
// for any other ref.
func ParseRef(ref string) (id string, number int, ok bool) { return readRef(ref) }
