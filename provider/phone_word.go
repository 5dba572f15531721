package provider

import "strconv"

// fmt prints the unexported fields of a struct without asking their types. When a
// struct keeps a Phone in an unexported field, fmt prints the word that the Phone
// holds. The word is therefore not the number but a disguise of it.
//
// The disguise keeps a number from being read in a log. It is no encryption:
// whoever has the word and this file can work the number out.

// The factor is odd, so that multiplying by it can be undone: the product of the
// two is 1 modulo 2^64.
const (
	wordFactor  uint64 = 0x9e3779b97f4a7c15
	wordInverse uint64 = 0xf1de83e19937733d
)

// disguise returns a different word for each number, and zero for zero.
func disguise(number uint64) (word uint64) {
	x := number * wordFactor
	x ^= x >> 32
	return x * wordFactor
}

// undisguise returns the number whose disguise is word.
func undisguise(word uint64) (number uint64) {
	x := word * wordInverse
	x ^= x >> 32
	return x * wordInverse
}

// number is a phone number in its two parts, digits only.
type number struct {
	country  string // country calling code
	national string
}

// phone packs the number. Its digits are at most 15 and the first of them is not
// 0, so one decimal number holds them all.
func (n number) phone() Phone {
	return Phone{disguise(appendDecimal(appendDecimal(0, n.country), n.national))}
}

// appendDecimal writes digits behind those of value.
func appendDecimal(value uint64, digits string) uint64 {
	for i := range len(digits) {
		value = value*10 + uint64(digits[i]-'0')
	}
	return value
}

// number unpacks the phone. The digits alone tell where the calling code ends,
// because no calling code begins with another one.
func (p Phone) number() number {
	var memory [longestE164]byte // on the stack
	digits := string(p.appendDigits(memory[:0]))
	country := callingCode(digits)
	return number{country: country, national: digits[len(country):]}
}

// appendDigits appends the digits of both parts, none for the zero Phone.
func (p Phone) appendDigits(text []byte) []byte {
	if p.IsZero() {
		return text
	}
	return strconv.AppendUint(text, undisguise(p.word), 10)
}
