package ledger

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Snapshot is a copy of the books. Its JSON is for pages and logs.
type Snapshot struct {
	// Instead is the name of the member that Sums.Instead is about; empty for none.
	Instead string `json:"instead_provider,omitempty"`
	// Total is what was entered since the process started.
	Total Totals `json:"total"`
	// Providers are by name, Days by date.
	Providers []ProviderTotals `json:"providers"`
	Days      []Day            `json:"days"`
	// Recent are the verifications that are kept one by one, newest first.
	Recent []Verification `json:"recent"`
}

// Snapshot returns the books as they are now, with up to recent verifications.
func (l *Ledger) Snapshot(recent int) Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Snapshot{
		Instead: l.instead, Total: Totals{l.total.counts(), l.total.sums}, Providers: l.byProvider(l.total),
		Days: []Day{}, Recent: []Verification{},
	}
	for date, p := range l.days {
		s.Days = append(s.Days, Day{date, Totals{p.counts(), p.sums}, l.byProvider(p)})
	}
	slices.SortFunc(s.Days, func(a, b Day) int { return cmp.Compare(a.Date, b.Date) })
	for i := range l.order {
		v := l.order[(l.next+len(l.order)-1-i)%len(l.order)]
		if len(s.Recent) >= recent {
			break
		}
		if v.id != "" {
			s.Recent = append(s.Recent, v.shown(l.instead))
		}
	}
	return s
}

// Verification returns what one verification cost, if it is among those that are kept.
func (l *Ledger) Verification(id string) (Verification, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.lines[id]
	if v == nil || id == "" {
		return Verification{}, false
	}
	return v.shown(l.instead), true
}

// WriteText writes the totals for people: what was saved, and a table of each provider.
// The error is that of w.
func (l *Ledger) WriteText(w io.Writer) error {
	_, err := io.WriteString(w, l.Snapshot(0).String())
	return err
}

// String is what WriteText writes.
func (s Snapshot) String() string {
	var b strings.Builder
	total := s.Total
	fmt.Fprintf(&b, "%d verifications, %d verified; %d texts asked for, %d known not to have arrived\n",
		total.Verifications, total.Verified, total.Sends, total.Lost)
	fmt.Fprintf(&b, "%d sent free: %.1f %%\n", total.Free, 100*total.FreeShare())
	fmt.Fprintf(&b, "cost %v yuan", total.Cost)
	if total.Unpriced > 0 {
		fmt.Fprintf(&b, ", and %d texts without a price", total.Unpriced)
	}
	if s.Instead != "" {
		fmt.Fprintf(&b, "; by %s alone %v yuan; saved %v yuan", s.Instead, total.Instead, total.Saved)
	}
	b.WriteString("\n\n")
	s.table(&b)
	return b.String()
}

// table writes a line for each day and provider. A strings.Builder takes everything.
func (s Snapshot) table(b *strings.Builder) {
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "day\tprovider\tbills\ttexts\tunsure\trefused\tdelivered\tfailed\tsegments\tyuan")
	for _, day := range append(slices.Clone(s.Days), Day{Date: "all", Providers: s.Providers}) {
		for _, p := range day.Providers {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%v\n", day.Date, p.Provider, p.Bills,
				p.Texts, p.Unsure, p.Refused, p.Delivered, p.Failed, p.Segments, p.Cost)
		}
	}
	_ = table.Flush()
}
