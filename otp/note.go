package otp

import (
	"context"

	"github.com/cnsms/cnsms/provider"
)

// Note feeds delivery reports in, as [provider.ReportHandler], PullReports and ReadStatus
// give them: give it to ReportHandler as its handle. A report that says that a text
// arrived ends all further sending of that verification; one that says that it will not
// makes way for the next text at once. Reports may come late, twice, in any order, and before
// the service has answered the send: delivered wins over failed. Reports of other
// messages are passed over.
//
// An error means that a store failed. The reports can be given again.
func (s *Service) Note(ctx context.Context, reports []provider.Report) error {
	for _, report := range reports {
		news, ok := s.news(report)
		if !ok {
			continue
		}
		limited, cancel := s.limited(ctx)
		a, err := s.store.Note(limited, news)
		cancel()
		if err != nil {
			return unavailable("the store failed", err)
		}
		if a.Verdict == Done {
			s.tellNews(ctx, a, report)
		}
	}
	return nil
}

// news reads a report. A text that arrived is found by the Ref where the service repeats
// it, which works even when the answer of the send was lost. One that did not arrive
// is found by its id only: within one send, a composer may have given the text to several
// services, and that it failed at one says nothing of the one that accepted it.
func (s *Service) news(report provider.Report) (News, bool) {
	state := report.Status.State
	if report.Kind != provider.ReportDelivery || state != provider.StateDelivered && state != provider.StateFailed {
		return News{}, false
	}
	n := News{Delivered: state == provider.StateDelivered, Keep: s.config().SendTimeout + leaseMargin}
	if id, number, ok := readRef(report.Ref); ok && n.Delivered {
		n.ID, n.Number = id, number
		return n, true
	}
	if report.ID == "" {
		return News{}, false
	}
	n.Messages = s.keys.each(func(k key) string { return k.message(report.Provider, report.ID) })
	return n, true
}

func (s *Service) tellNews(ctx context.Context, a Answer, report provider.Report) {
	e := event(EventFailed, a.Record, a.Now)
	if report.Status.State == provider.StateDelivered {
		e.Kind = EventDelivered
	} else if report.Status.Kind != provider.KindUnknown {
		e.Err = report.Status.Kind
	}
	e.Phone, e.Provider, e.Message = report.Phone, report.Provider, report.ID
	s.tell(ctx, e)
}
