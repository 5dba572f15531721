package main

import (
	"cmp"
	"strings"

	"github.com/cnsms/cnsms/internal/catalog"
)

// overviewPage is the page that compares all adapters.
func overviewPage(adapters []adapter, words language) file {
	return file{"docs/providers" + words.ending, strings.NewReplacer(
		"{{persons}}\n", personList(adapters, "providers/", words),
		"{{opening}}\n", openingTable(adapters, words),
		"{{prices}}\n", priceTable(adapters, words),
		"{{abilities}}\n", abilityTable(adapters, words),
		"{{limits}}\n", limitTable(adapters, words),
		"{{evidence}}\n", evidenceList(words),
	).Replace(words.overview)}
}

// readmeBlock is what the READMEs say of all adapters: which of them a person can open,
// and a short table.
func readmeBlock(adapters []adapter, words language) string {
	return personList(adapters, "docs/providers/", words) + "\n" + readmeTable(adapters, words)
}

// personList has the adapters by the answer to: can a person open it?
func personList(adapters []adapter, folder string, words language) string {
	var b strings.Builder
	for _, person := range catalog.Persons() {
		var links []string
		for _, a := range adapters {
			if a.service.Person == person {
				links = append(links, words.personLink(a, folder))
			}
		}
		if len(links) > 0 {
			b.WriteString("- **" + words.person[person] + "**" + words.colon + strings.Join(links, words.and) + "\n")
		}
	}
	return b.String()
}

// personLink leads to an adapter's page, with the service and the date of the answer.
func (l language) personLink(a adapter, folder string) string {
	return link(a.Name, folder+a.Name+l.ending) + l.inBrackets(l.pick(a.service.Name)+l.comma+l.personDate(a.service))
}

func readmeTable(adapters []adapter, words language) string {
	return eachRow(words.readmeHeads, adapters, func(a adapter) []string {
		return []string{
			link(a.Name, "docs/providers/"+a.Name+words.ending), words.fullName(a.service),
			words.personAsOf(a.service),
			words.pick(a.service.SendsTo), words.maker(a.can), words.mark(a.can.Batch), words.mark(a.can.Balance),
			words.mark(a.can.Status), words.reports(a.can),
		}
	})
}

func openingTable(adapters []adapter, words language) string {
	return eachRow(words.openingHeads, adapters, func(a adapter) []string {
		return []string{
			words.pageLink(a), words.fullName(a.service), words.person[a.service.Person], words.pick(a.service.Opening.Text),
			cmp.Or(a.service.Opening.Date, words.no), words.evidence[a.service.Opening.Evidence],
		}
	})
}

func priceTable(adapters []adapter, words language) string {
	return eachRow(words.priceHeads, adapters, func(a adapter) []string {
		return []string{words.pageLink(a), words.fact(a.service.Price), words.fact(a.service.Trial), words.fact(a.service.Seen)}
	})
}

func abilityTable(adapters []adapter, words language) string {
	return eachRow(words.abilityHeads, adapters, func(a adapter) []string {
		return []string{
			words.pageLink(a), words.pick(a.service.SendsTo), words.mark(a.can.Batch), words.mark(a.can.Verify),
			words.mark(a.can.Balance), words.mark(a.can.Status), words.reports(a.can), words.mark(a.can.Captcha), words.maker(a.can),
		}
	})
}

func limitTable(adapters []adapter, words language) string {
	return eachRow(words.limitHeads, adapters, func(a adapter) []string {
		return []string{words.pageLink(a), words.pick(a.service.Limits), words.maturity[a.service.Maturity], words.day(a.service.FactsRead)}
	})
}

// evidenceList explains the kinds of sources.
func evidenceList(words language) string {
	var b strings.Builder
	for _, kind := range catalog.Evidences() {
		b.WriteString("- **" + words.evidence[kind] + "**" + words.colon + words.evidenceMeans[kind] + "\n")
	}
	return b.String()
}

func eachRow(heads []string, adapters []adapter, row func(adapter) []string) string {
	var rows [][]string
	for _, a := range adapters {
		rows = append(rows, row(a))
	}
	return table(heads, rows)
}

// pageLink leads from the overview to the adapter's page.
func (l language) pageLink(a adapter) string { return link(a.Name, "providers/"+a.Name+l.ending) }
