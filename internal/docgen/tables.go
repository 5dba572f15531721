package main

import (
	"cmp"
	"strings"

	"github.com/cnsms/cnsms/config"
)

// tables returns both tables: what each adapter can do, and how far to trust it.
// up is the way from the file to the project's folder.
func tables(adapters []config.Adapter, words language, up string) string {
	return abilityTable(adapters, words, up) + "\n" + testingTable(adapters, words, up)
}

func abilityTable(adapters []config.Adapter, words language, up string) string {
	var b strings.Builder
	writeHead(&b, words.abilityHeads)
	for _, a := range adapters {
		can := a.Abilities()
		writeRow(&b, []string{
			link(a, up), words.service(a.Service), words.reach[a.Reach],
			words.mark(can.Batch), words.mark(can.Verify), words.mark(can.Balance), words.mark(can.Status),
			words.reports(can), words.mark(can.Captcha), words.makers(a),
		})
	}
	return b.String()
}

func testingTable(adapters []config.Adapter, words language, up string) string {
	var b strings.Builder
	writeHead(&b, words.testingHeads)
	for _, a := range adapters {
		writeRow(&b, []string{
			link(a, up), words.pick(a.Limits), words.maturity[a.Maturity], words.pick(a.Tested), cmp.Or(a.FactsRead, words.no),
		})
	}
	return b.String()
}

func link(a config.Adapter, up string) string { return "[" + a.Name + "](" + up + a.Name + ")" }

func writeHead(b *strings.Builder, heads []string) {
	writeRow(b, heads)
	b.WriteString(strings.Repeat("| --- ", len(heads)) + "|\n")
}

// writeRow writes one row. A bar inside a cell would end it.
func writeRow(b *strings.Builder, cells []string) {
	for _, cell := range cells {
		b.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
	}
	b.WriteString("|\n")
}

func (l language) mark(can bool) string {
	if can {
		return l.yes
	}
	return l.no
}

func (l language) reports(can config.Abilities) string {
	var ways []string
	if can.PullReports {
		ways = append(ways, l.pull)
	}
	if can.PushedReports {
		ways = append(ways, l.push)
	}
	if len(ways) == 0 {
		return l.no
	}
	return strings.Join(ways, l.comma)
}

func (l language) makers(a config.Adapter) string {
	var makers []string
	for _, origin := range a.Codes {
		makers = append(makers, l.codes[origin])
	}
	return strings.Join(makers, l.comma)
}
