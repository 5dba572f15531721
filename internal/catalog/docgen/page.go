package main

import (
	"strings"
	"time"

	"github.com/cnsms/cnsms/internal/catalog"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
)

// adapterPage is the page of one adapter.
func adapterPage(a adapter, words language) file {
	s := a.service
	return file{"docs/providers/" + a.Name + words.ending, strings.NewReplacer(
		"{{name}}", a.Name,
		"{{folder}}", a.Folder(),
		"{{constructor}}", a.Constructor(),
		"{{config}}", a.ConfigType(),
		"{{service-file}}", a.ServiceFile(),
		"{{service}}", words.fullName(s),
		"{{maturity}}", words.maturity[s.Maturity],
		"{{facts-read}}", words.day(s.FactsRead),
		"{{person}}", words.person[s.Person],
		"{{opening}}", words.fact(s.Opening),
		"{{trial}}", words.fact(s.Trial),
		"{{price}}", words.fact(s.Price),
		"{{seen}}", words.fact(s.Seen),
		"{{links}}\n", words.links(s),
		"{{templates}}", words.pick(s.Templates),
		"{{signature}}", words.pick(s.Signature),
		"{{limits}}", words.pick(s.Limits),
		"{{sends-to}}", words.pick(s.SendsTo),
		"{{abilities}}\n", words.abilities(a.can),
		"{{codes}}\n", words.codeTables(a.Codes),
	).Replace(words.page)}
}

// links lists the console and the documents.
func (l language) links(s catalog.Service) string {
	var b strings.Builder
	console := map[string]string{catalog.None: l.none, catalog.Unknown: l.unknown}[s.Console]
	if console == "" {
		console = "<" + s.Console + ">"
	}
	b.WriteString("- " + l.console + l.colon + console + "\n")
	for _, document := range s.Documents {
		address := document.Address
		if !strings.Contains(address, ":") {
			address = "../../" + address
		}
		b.WriteString("- " + link(plain(document.Title), address) + "\n")
	}
	if len(s.Documents) == 0 {
		b.WriteString("- " + l.noDocuments + "\n")
	}
	return b.String()
}

// abilities is a table of what a program can do with the adapter besides sending.
func (l language) abilities(can catalog.Abilities) string {
	var rows [][]string
	for i, has := range []bool{can.Batch, can.Verify, can.Balance, can.Status, can.PullReports, can.PushedReports, can.Captcha} {
		rows = append(rows, []string{l.abilityNames[i], l.mark(has), "`" + reachedThrough[i] + "`"})
	}
	return table(l.abilityOwnHeads, rows)
}

// reachedThrough are the functions for the abilities, in their order.
var reachedThrough = [...]string{
	"provider.SendMany", "provider.Verify", "provider.ReadBalances", "provider.ReadStatus",
	"provider.PullReports", "provider.ReportHandler", "provider.As",
}

// codeTables shows every table of a codes file, the first one without a heading.
func (l language) codeTables(codes facts.Codes) string {
	parts := []string{l.codeTable(codes)}
	for _, name := range codes.Tables() {
		parts = append(parts, "### "+l.table+" `"+name+"`\n\n"+l.codeTable(codes.Table(name)))
	}
	return strings.TrimPrefix(strings.Join(parts, "\n"), "\n")
}

func (l language) codeTable(codes facts.Codes) string {
	var rows [][]string
	for code := range codes.All() {
		remedy := code.Remedy
		if l.isChinese {
			remedy = code.RemedyZH
		}
		rows = append(rows, []string{codeCell(code), l.meaning(code), plain(code.Words), plain(remedy)})
	}
	return table(l.codeHeads, rows)
}

func codeCell(code facts.Code) string {
	if code.Code == code.Last {
		return "`" + code.Code + "`"
	}
	return "`" + code.Code + "`–`" + code.Last + "`"
}

// meaning is the kind of a code, and what else the code says.
func (l language) meaning(code facts.Code) string {
	if code.OK {
		return l.success
	}
	parts := []string{l.kind(code.Kind)}
	if code.Scope != provider.ScopeNone {
		parts[0] += l.scope[code.Scope]
	}
	if code.Wait > 0 {
		parts = append(parts, l.wait+short(code.Wait))
	}
	if code.UntilMidnight {
		parts = append(parts, l.untilMidnight)
	}
	if code.MayHaveSent {
		parts = append(parts, l.mayHaveSent)
	}
	return strings.Join(parts, l.comma)
}

// short writes 3m instead of 3m0s.
func short(d time.Duration) string {
	text := d.String()
	for _, rest := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, rest) {
			text = text[:len(text)-2]
		}
	}
	return text
}
