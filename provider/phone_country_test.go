package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

// assignedCodes are the calling codes in use, by world zone.
var assignedCodes = []struct {
	name  string
	codes string
}{
	{"zone 1", "1"},
	{"zone 2, two digits", "20 27"},
	{"zone 2, 21 and 22", "211 212 213 216 218 220 221 222 223 224 225 226 227 228 229"},
	{"zone 2, 23", "230 231 232 233 234 235 236 237 238 239"},
	{"zone 2, 24", "240 241 242 243 244 245 246 247 248 249"},
	{"zone 2, 25", "250 251 252 253 254 255 256 257 258"},
	{"zone 2, 26", "260 261 262 263 264 265 266 267 268 269"},
	{"zone 2, 29", "290 291 297 298 299"},
	{"zone 3, two digits", "30 31 32 33 34 36 39"},
	{"zone 3, 35", "350 351 352 353 354 355 356 357 358 359"},
	{"zone 3, 37", "370 371 372 373 374 375 376 377 378 379"},
	{"zone 3, 38", "380 381 382 383 385 386 387 389"},
	{"zone 4, two digits", "40 41 43 44 45 46 47 48 49"},
	{"zone 4, 42", "420 421 423"},
	{"zone 5, two digits", "51 52 53 54 55 56 57 58"},
	{"zone 5, 50", "500 501 502 503 504 505 506 507 508 509"},
	{"zone 5, 59", "590 591 592 593 594 595 596 597 598 599"},
	{"zone 6, two digits", "60 61 62 63 64 65 66"},
	{"zone 6, 67", "670 672 673 674 675 676 677 678 679"},
	{"zone 6, 68", "680 681 682 683 685 686 687 688 689"},
	{"zone 6, 69", "690 691 692"},
	{"zone 7", "7"},
	{"zone 8, two digits", "81 82 84"},
	{"zone 8, 80 and 85", "800 808 850 852 853 855 856"},
	{"zone 8, 87 and 88", "870 878 880 881 882 883 886 888"},
	{"zone 9, two digits", "90 91 92 93 94 95 98"},
	{"zone 9, 96", "960 961 962 963 964 965 966 967 968"},
	{"zone 9, 97", "970 971 972 973 974 975 976 977 979"},
	{"zone 9, 99", "992 993 994 995 996 998"},
}

func TestCallingCodes(t *testing.T) {
	t.Parallel()
	for _, tc := range assignedCodes {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for code := range strings.FieldsSeq(tc.codes) {
				// Every digit may follow a code: none may pull the border its way.
				for _, next := range "0123456789" {
					national := string(next) + "123456"
					phone, err := provider.ParsePhone("+" + code + national)
					require.NoError(t, err, code)
					require.Equal(t, code, phone.CountryCode())
					if next != '0' { // phone_national.go says what becomes of a 0
						require.Equal(t, national, phone.National())
					}
					require.False(t, phone.IsMainland())
				}
			}
		})
	}
}

func TestCallingCodesArePrefixFree(t *testing.T) {
	t.Parallel()
	codes := []string{"86"}
	for _, zone := range assignedCodes {
		codes = append(codes, strings.Fields(zone.codes)...)
	}
	slices.Sort(codes)
	require.Greater(t, len(codes), 200)
	for i := 1; i < len(codes); i++ {
		require.False(t, strings.HasPrefix(codes[i], codes[i-1]), "%s and %s", codes[i-1], codes[i])
	}
}
