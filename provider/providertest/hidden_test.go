package providertest

import (
	"testing"
)

func TestNeedleStandsIn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, needle, text string
		want               bool
	}{
		{name: "a code alone", needle: "042137", text: "042137", want: true},
		{name: "a code among words", needle: "042137", text: `code="042137"`, want: true},
		{name: "a code behind letters", needle: "042137", text: "x042137x", want: true},
		{name: "digits of a time", needle: "042137", text: "2026-11-21T11:49:42.160421378Z"},
		{name: "digits of a duration", needle: "042137", text: "took 1042137"},
		{name: "by chance, and then for real", needle: "042137", text: "1042137 042137", want: true},
		{name: "a number behind its country code", needle: "13800138000", text: "+8613800138000", want: true},
		{name: "a secret", needle: "key-1", text: "2key-13", want: true},
		{name: "not there", needle: "042137", text: "04213"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (needle{text: tt.needle}).standsIn(tt.text); got != tt.want {
				t.Errorf("standsIn(%q): got %v, want %v", tt.text, got, tt.want)
			}
		})
	}
}
