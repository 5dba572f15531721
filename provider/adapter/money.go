package adapter

import "fmt"

const fenPerYuan = 100

// Yuan writes an amount of fen in yuan, as provider.Balance has it: 1234 is 12.34, and
// -7 is -0.07.
func Yuan(fen int64) string {
	sign, yuan, rest := "", fen/fenPerYuan, fen%fenPerYuan
	if fen < 0 {
		sign, yuan, rest = "-", -yuan, -rest
	}
	return fmt.Sprintf("%s%d.%02d", sign, yuan, rest)
}
