package gateway

import (
	"strings"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// carriers are China's, with the beginnings of their numbers and what phones show for them.
// Numbers move between carriers, so this is a hint.
var carriers = []struct {
	prefixes string
	names    []string
}{
	{
		"134 135 136 137 138 139 147 150 151 152 157 158 159 172 178 182 183 184 187 188 195 197 198",
		[]string{"移动", "cmcc", "china mobile"},
	},
	{"130 131 132 145 155 156 166 175 176 185 186 196", []string{"联通", "cucc", "unicom"}},
	{"133 149 153 173 177 180 181 189 190 191 193 199", []string{"电信", "ctcc", "china telecom", "chn-ct"}},
	{"192", []string{"广电", "broadnet", "cbn"}},
}

// SameCarrier reports whether a number probably has the carrier whose name a phone shows for
// its SIM. It is false when that is not known.
func SameCarrier(to relayapi.Number, shown string) bool {
	national, mainland := strings.CutPrefix(string(to), "+86")
	if !mainland || len(national) < 3 || shown == "" {
		return false
	}
	shown = strings.ToLower(shown)
	for _, carrier := range carriers {
		if !strings.Contains(carrier.prefixes, national[:3]) {
			continue
		}
		for _, name := range carrier.names {
			if strings.Contains(shown, name) {
				return true
			}
		}
	}
	return false
}
