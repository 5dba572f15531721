package provider

import (
	"context"
	"log/slog"
)

// BatchSender sends one text to many phones with fewer requests than phones.
type BatchSender interface {
	// SendBatch sends m to every phone of to; it does not use m.To. It returns one
	// result per phone, in the order of to. The error is for a batch that could
	// not be tried at all (bad message, no phones). Every other failure, such as a
	// connection that breaks halfway, stands in the results.
	//
	// SendBatch splits a list that is longer than the service takes at once. Each
	// part is one request, and none is repeated. A service may have a bound for one
	// batch: beyond it the adapter refuses the whole list before anything is sent, and
	// says so.
	SendBatch(ctx context.Context, m Message, to []Phone) ([]BatchResult, error)
}

// BatchResult is what became of one phone's message in a batch.
type BatchResult struct {
	// To is the phone.
	To Phone
	// Receipt is set when Err is nil.
	Receipt Receipt
	// Err is an *Error, as Send would return for this phone.
	Err error
}

// LogValue logs the result with a masked phone: the receipt, or the error.
func (r BatchResult) LogValue() slog.Value {
	if r.Err != nil {
		return slog.GroupValue(slog.String("to", r.To.String()), slog.String("error", r.Err.Error()))
	}
	return slog.GroupValue(slog.String("to", r.To.String()), slog.Any("receipt", r.Receipt))
}

// MarshalJSON writes the result for a log: with a masked phone, in its receipt too,
// and the error as text. To store what was sent, store the receipts.
func (r BatchResult) MarshalJSON() ([]byte, error) {
	type masked Receipt // without its MarshalJSON
	line := struct {
		To      Phone
		Receipt *masked `json:",omitempty"`
		Err     string  `json:",omitempty"`
	}{To: r.To}
	if r.Err != nil {
		line.Err = r.Err.Error()
	} else {
		line.Receipt = (*masked)(&r.Receipt)
	}
	return writeJSON(line)
}

// SendMany sends one text to many phones through the first provider inside p
// that takes batches. It does not fail over. Where there is none, the error
// matches [errors.ErrUnsupported]; send one by one then.
func SendMany(ctx context.Context, p Provider, m Message, to []Phone) ([]BatchResult, error) {
	sender, ok := As[BatchSender](p)
	if !ok {
		return nil, unsupported(nameOf(p), OpSend, "nobody here sends batches")
	}
	return sender.SendBatch(ctx, m, to)
}
