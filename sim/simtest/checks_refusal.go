package simtest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

const (
	unlistedCode = "987654"
	// anyOfFamily stands behind the dot of a family's codes.
	anyOfFamily = "Simtest"
)

// checkRefusals plays every code of the table, one that is in none, and words that
// are not the service's own.
func (h Harness) checkRefusals(r Request) error {
	var problems []error
	play := func(fault sim.Fault, words string) {
		if err := h.checkRefusal(r, fault, words); err != nil {
			problems = append(problems, fmt.Errorf("scripted code %s: %w", fault.Code, err))
		}
	}
	rows := 0
	for row := range h.service(r).Codes().All() {
		if row.OK {
			continue
		}
		rows++
		switch {
		case row.IsFamily():
			play(sim.Fault{Code: strings.TrimSuffix(row.Code, "*") + anyOfFamily}, row.Words)
		case row.Code != row.Last:
			play(sim.Fault{Code: row.Last}, row.Words)
			fallthrough
		default:
			play(sim.Fault{Code: row.Code}, row.Words)
		}
	}
	if rows == 0 {
		return errors.New("Codes has no code of refusal")
	}
	const words = `simtest: other <words> & "more"`
	play(sim.Fault{Code: unlistedCode, Unlisted: true, Text: words}, words)
	return errors.Join(problems...)
}

// checkRefusal plays one refusal. The request after it is granted.
func (h Harness) checkRefusal(r Request, fault sim.Fault, words string) error {
	b, err := h.bench(r)
	if err != nil {
		return err
	}
	id, err := b.server.Inject(fault)
	if err != nil {
		return err
	}
	e, err := b.send(r)
	switch {
	case err != nil:
		return err
	case len(e.Accepted) > 0:
		return errors.New("the refused request sends a text")
	case e.Fault != id || e.Verdict == "":
		return fmt.Errorf("the request is not refused: HTTP %d, %q", e.Status, e.Reply)
	case !bytes.Contains(e.Reply, []byte(fault.Code)) && strconv.Itoa(e.Status) != fault.Code:
		return fmt.Errorf("the code is neither in the answer nor its HTTP status: HTTP %d, %q", e.Status, e.Reply)
	case !h.Wordless && !says(e.Reply, words):
		return fmt.Errorf("the answer lacks the words %q: %q", words, e.Reply)
	}
	if e, err = b.send(r); err != nil || e.Verdict != "" {
		return errors.Join(err, fmt.Errorf("the request after the refused one is refused as well: %s", e.Verdict))
	}
	return nil
}

// detail stands in a row's words where the service fills something in.
const detail = "%s"

// says reports whether the words are in an answer: plain, or as JSON or XML writes
// them.
func says(answer []byte, words string) bool {
	for _, part := range strings.Split(words, detail) {
		isIn := func(written []byte) bool { return bytes.Contains(answer, written) }
		if !slices.ContainsFunc(writings(part), isIn) {
			return false
		}
	}
	return true
}

// writings are the ways to write a text in an answer. JSON may escape &, < and >, or
// not.
func writings(text string) [][]byte {
	escaped, _ := json.Marshal(text)
	plain := sim.JSON(http.StatusOK, "", text).Body
	var asXML bytes.Buffer
	_ = xml.EscapeText(&asXML, []byte(text))
	return [][]byte{[]byte(text), bytes.Trim(escaped, `"`), bytes.Trim(plain, `"`), asXML.Bytes()}
}
