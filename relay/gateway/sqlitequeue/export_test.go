package sqlitequeue

// What the tests outside the package may see.
const SchemaVersion = schemaVersion

// On returns the configuration with another way to the disk.
func On(vfs string, c Config) Config {
	c.vfs = vfs
	return c
}
