package providertest

import (
	"fmt"

	"github.com/cnsms/cnsms/provider"
)

// numbered returns the n-th number beside base, n from 0 to 999: services limit
// what one phone may get.
func numbered(base provider.Phone, n int) provider.Phone {
	national := base.National()
	other, err := provider.NewPhone(base.CountryCode(), fmt.Sprintf("%s%03d", national[:len(national)-3], n))
	if err != nil {
		return base
	}
	return other
}
