package provider

import (
	"bytes"
	"encoding/json"
	"time"
)

// StoredPhone is a Phone whose text and JSON encodings are the full number in E.164
// form, for what is meant to be stored or handed to another process. It prints
// masked like a Phone, but JSON log lines show it in full.
type StoredPhone struct{ Phone }

// MarshalText writes the full number.
func (p StoredPhone) MarshalText() ([]byte, error) { return []byte(p.E164()), nil }

// StoredReport is a Report whose JSON holds the full number and the text of a
// reply, for reports that are stored or handed to another process:
//
//	json.Marshal(provider.StoredReport(report))
//
// What it writes is read into a Report or a StoredReport.
type StoredReport Report

// MarshalJSON writes the report in full.
func (r StoredReport) MarshalJSON() ([]byte, error) {
	return writeJSON(struct {
		Provider string
		Kind     ReportKind
		Phone    StoredPhone
		ID       string
		Ref      string
		Status   Status
		Reply    string
		At       time.Time
		Extra    map[string]string
	}{r.Provider, r.Kind, StoredPhone{r.Phone}, r.ID, r.Ref, r.Status, r.Reply, r.At, r.Extra})
}

// writeJSON does not escape <, > and &: package json does that with what
// MarshalJSON returns, where its caller wants it.
func writeJSON(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
