//go:build unix

package phone

import (
	"errors"
	"os"
	"path/filepath"
)

// syncFolder makes a rename in a folder last through a loss of power.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Clean(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
