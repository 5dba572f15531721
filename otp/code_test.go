package otp_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
)

// chiSquare is how far counts are from even ones, in standard deviations of what
// chance does.
func chiSquare(counts []int, total int) float64 {
	want, sum := float64(total)/float64(len(counts)), 0.0
	for _, n := range counts {
		sum += (float64(n) - want) * (float64(n) - want) / want
	}
	free := float64(len(counts) - 1)
	return (sum - free) / math.Sqrt(2*free)
}

func TestO1CodesAreUniform(t *testing.T) {
	t.Parallel()
	const total = 1_000_000 / raceShare
	codes := otp.NewCodes(key)
	var byDigit [6][10]int
	byFirst, byLast := make([]int, 1000), make([]int, 1000)
	for i := range total {
		code := codes(i, 6)
		if len(code) != 6 {
			require.Len(t, code, 6, "leading zeros are kept")
		}
		for place := range code {
			byDigit[place][code[place]-'0']++
		}
		byFirst[number(code[:3])]++
		byLast[number(code[3:])]++
	}
	for place := range byDigit {
		require.Less(t, chiSquare(byDigit[place][:], total), 6.0, "digit %d", place)
	}
	require.Less(t, chiSquare(byFirst, total), 6.0)
	require.Less(t, chiSquare(byLast, total), 6.0)
}

func number(digits string) int {
	n := 0
	for _, r := range digits {
		n = 10*n + int(r-'0')
	}
	return n
}

func TestO1CodesDependOnTheKeyAndTheVerification(t *testing.T) {
	t.Parallel()
	one, again, others := otp.NewCodes(key), otp.NewCodes(key), otp.NewCodes(other)
	same, sameID := 0, 0
	for i := range 1000 {
		if one(i, 8) == others(i, 8) {
			same++
		}
		if one(i, 8) == one(i+1, 8) {
			sameID++
		}
		require.Equal(t, again(i, 8), one(i, 8))
	}
	require.Less(t, same, 3)
	require.Less(t, sameID, 3)
}

func TestO1LengthsAndLeadingZeros(t *testing.T) {
	t.Parallel()
	for digits := 4; digits <= 8; digits++ {
		s, sms := newService(t, func(cfg *otp.Config) { cfg.Purposes["login"] = otp.Policy{Digits: digits} })
		v, err := s.Start(t.Context(), start())
		require.NoError(t, err)
		require.Len(t, sms.ExpectCode(t, phone), digits)
		require.Equal(t, digits, v.Digits)
	}
	s, sms := newService(t)
	req := start()
	req.Code = "000123"
	v, err := s.Start(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, "000123", sms.ExpectCode(t, phone))
	_, err = s.Check(t.Context(), check(v.ID, "123"))
	require.ErrorIs(t, err, otp.WrongCode)
	_, err = s.Check(t.Context(), check(v.ID, "000123"))
	require.NoError(t, err)
}

func TestTypedCodesAreCleaned(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"042137", " 042 137\n", "０４２１３７", "042-137", "\u200b0421\u00a037"} {
		s, _ := newService(t)
		req := start()
		req.Code = "042137"
		v, err := s.Start(t.Context(), req)
		require.NoError(t, err)
		_, err = s.Check(t.Context(), check(v.ID, typed))
		require.NoError(t, err, "%q", typed)
	}
}
