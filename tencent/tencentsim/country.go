package tencentsim

import "strings"

// otherCountry stands for a country that is not in the table.
const otherCountry = "DEF"

// countryCodes are countries by what their numbers begin with: the calling code, and
// where countries share one, what tells them apart. The longest that fits counts.
const countryCodes = `
	AE 971, AF 93, AG 1268, AI 1264, AL 355, AM 374, AO 244, AR 54, AS 1684, AT 43, AU 61, AZ 994, BB 1246, BD 880, BE 32, BG 359,
	BH 973, BM 1441, BN 673, BO 591, BR 55, BS 1242, BT 975, BY 375, CD 243, CH 41, CI 225, CL 56, CM 237, CN 86, CO 57, CR 506,
	CU 53, CY 357, CZ 420, DE 49, DK 45, DM 1767, DO 1809, DO 1829, DO 1849, DZ 213, EC 593, EE 372, EG 20, ES 34, ET 251, FI 358,
	FJ 679, FR 33, GB 44, GD 1473, GE 995, GH 233, GM 220, GR 30, GT 502, GU 1671, HK 852, HN 504, HR 385, HU 36, ID 62, IE 353,
	IL 972, IN 91, IQ 964, IR 98, IS 354, IT 39, JM 1658, JM 1876, JO 962, JP 81, KE 254, KG 996, KH 855, KN 1869, KR 82, KW 965,
	KY 1345, KZ 76, KZ 77, LA 856, LB 961, LC 1758, LK 94, LT 370, LU 352, LV 371, LY 218, MA 212, MD 373, MM 95, MN 976, MO 853,
	MP 1670, MS 1664, MT 356, MV 960, MX 52, MY 60, MZ 258, NG 234, NI 505, NL 31, NO 47, NP 977, NZ 64, OM 968, PA 507, PE 51,
	PG 675, PH 63, PK 92, PL 48, PR 1787, PR 1939, PS 970, PT 351, PY 595, QA 974, RO 40, RS 381, RU 7, RW 250, SA 966, SD 249,
	SE 46, SG 65, SI 386, SK 421, SN 221, SS 211, SV 503, SX 1721, SY 963, TC 1649, TH 66, TJ 992, TM 993, TN 216, TR 90, TT 1868,
	TW 886, TZ 255, UA 380, UG 256, US 1, UY 598, UZ 998, VC 1784, VE 58, VG 1284, VI 1340, VN 84, YE 967, ZA 27, ZM 260, ZW 263,
	CA 1204, CA 1226, CA 1236, CA 1249, CA 1250, CA 1257, CA 1263, CA 1289, CA 1306, CA 1343, CA 1354, CA 1365, CA 1367, CA 1368,
	CA 1382, CA 1403, CA 1416, CA 1418, CA 1428, CA 1431, CA 1437, CA 1438, CA 1450, CA 1468, CA 1474, CA 1506, CA 1514, CA 1519,
	CA 1548, CA 1579, CA 1581, CA 1584, CA 1587, CA 1604, CA 1613, CA 1639, CA 1647, CA 1672, CA 1683, CA 1705, CA 1709, CA 1742,
	CA 1753, CA 1778, CA 1780, CA 1782, CA 1807, CA 1819, CA 1825, CA 1867, CA 1873, CA 1879, CA 1902, CA 1905`

// countries is countryCodes by the digits.
var countries = func() map[string]string {
	byDigits := map[string]string{}
	for entry := range strings.SplitSeq(countryCodes, ",") {
		country, digits, _ := strings.Cut(strings.TrimSpace(entry), " ")
		byDigits[digits] = country
	}
	return byDigits
}()

// countryOf is the country of a number in E.164 form.
func countryOf(number string) string {
	const longest = 4 // digits in the table
	digits := strings.TrimPrefix(number, "+")
	for n := min(longest, len(digits)); n > 0; n-- {
		if country, ok := countries[digits[:n]]; ok {
			return country
		}
	}
	return otherCountry
}
