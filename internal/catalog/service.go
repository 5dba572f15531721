package catalog

import (
	"fmt"
	"os"
)

// Service is what is known of the service behind an adapter, apart from its codes:
// who can open an account, what a text costs, what the service allows.
type Service struct {
	// Name is what the service is called.
	Name Text
	// Console is the address of the console, or None or Unknown.
	Console string
	// Documents are the pages that the facts are from. Empty where none is public.
	Documents []Document
	// Person says whether a person without company papers can open an account that
	// sends: one of the words of Persons.
	Person string
	// Opening says who can open an account.
	Opening Fact
	// Trial says what can be sent before anything is paid.
	Trial Fact
	// Price says what a text costs.
	Price Fact
	// Seen says when the service was last seen at work, by anybody.
	Seen Fact
	// Limits are the service's default limits, per number where nothing else is said.
	Limits Text
	// Templates and Signature say what has to be approved before a text is sent.
	Templates, Signature Text
	// SendsTo is where the adapter sends to.
	SendsTo Text
	// Maturity is how far the adapter has been used: one of the words of Maturities.
	Maturity string
	// FactsRead is the day on which the facts were last read, or None for the relay,
	// whose protocol is the project's own.
	FactsRead string
}

// Text is a few words in English and Chinese.
type Text struct{ EN, ZH string }

// Document is a page about a service.
type Document struct {
	// Address is a URL, or a path in the project.
	Address string
	// Title is the page's own, in its own language.
	Title string
}

// Fact is a statement, and how far to trust it.
type Fact struct {
	Text
	// Evidence is the kind of source: one of the words of Evidences.
	Evidence string
	// Date is the day, month or year of which the source speaks. Empty where the
	// source has none.
	Date string
}

// Words that stand for an address or a day.
const (
	None    = "none"
	Unknown = "unknown"
)

// Persons are the answers to: can a person open an account that sends?
func Persons() []string { return []string{"yes", "trial", "no", Unknown} }

// Evidences are the kinds of sources, the best first: a page of the service, posts or
// reports of its users, several secondary sources that agree, public programs only, this
// project itself, nothing.
func Evidences() []string { return []string{"doc", "post", "secondary", "code", "own", None} }

// Maturities are how far an adapter has been used. "simulated": on the simulator only,
// no real account. "fake-phone": with the real gateway and a fake phone.
func Maturities() []string { return []string{"simulated", "fake-phone"} }

// ReadService reads a file; see Adapter.ServiceFile. An error names the file, and the
// lines that are wrong.
func ReadService(path string) (Service, error) {
	content, err := os.ReadFile(path) //nolint:gosec // It is the project's own file.
	if err != nil {
		return Service{}, err
	}
	service, err := ParseService(string(content))
	if err != nil {
		return Service{}, fmt.Errorf("%s: %w", path, err)
	}
	return service, nil
}

// ParseService reads lines of the form "key: value"; those that begin with # are
// comments. Every key has to be there, and no other may be. Texts have a second line,
// "key.zh", and facts a third, "key.evidence". Of documents there may be many.
func ParseService(text string) (Service, error) {
	l := readLines(text)
	service := Service{
		Name:      l.text("name"),
		Console:   l.console(),
		Documents: l.documents(),
		Person:    l.word("person", Persons()),
		Opening:   l.fact("opening"),
		Trial:     l.fact("trial"),
		Price:     l.fact("price"),
		Seen:      l.fact("seen"),
		Limits:    l.text("limits"),
		Templates: l.text("templates"),
		Signature: l.text("signature"),
		SendsTo:   l.text("sends-to"),
		Maturity:  l.word("maturity", Maturities()),
		FactsRead: l.factsRead(),
	}
	return service, l.problems()
}
