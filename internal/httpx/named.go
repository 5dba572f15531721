package httpx

import (
	"errors"

	"github.com/cnsms/cnsms/provider"
)

// Named puts the adapter's name into an error that package provider made
// without knowing it, such as that of Templates.Lookup.
func Named(err error, name string) error {
	var known *provider.Error
	if errors.As(err, &known) && known.Provider == "" {
		named := *known
		named.Provider = name
		return &named
	}
	return err
}
