//go:build !unix

package phone

// syncFolder does nothing where folders cannot be synced.
func syncFolder(string) error { return nil }
