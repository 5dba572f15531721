package main

import "strings"

// table writes a table, or nothing without rows.
func table(heads []string, rows [][]string) string {
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	writeRow(&b, heads)
	b.WriteString(strings.Repeat("| --- ", len(heads)) + "|\n")
	for _, row := range rows {
		writeRow(&b, row)
	}
	return b.String()
}

// writeRow writes one row. A bar inside a cell would end it.
func writeRow(b *strings.Builder, cells []string) {
	for _, cell := range cells {
		b.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
	}
	b.WriteString("|\n")
}

// plain is a text of somebody else's, in which no sign means anything.
func plain(text string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `_`, `\_`, "`", "\\`", `<`, `&lt;`).Replace(text)
}

func link(text, address string) string { return "[" + text + "](" + address + ")" }
