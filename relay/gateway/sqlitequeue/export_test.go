package sqlitequeue

// What the tests outside the package may see.
const SchemaVersion = schemaVersion
