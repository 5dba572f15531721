package sqlitequeue

// "LIMIT ? + 0" rather than "LIMIT ?": SQLite takes a bare parameter there for a hint
// to its planner and prepares the statement again for every call.
const (
	// dropped are the first offers of a lane that were dropped. Those that nobody has swept
	// yet can be many after a rest, so they are looked at up to a bound.
	dropped = `(SELECT seq, due FROM jobs
		WHERE lane = ? AND state = 1 AND (lease_end = deadline) = 0 AND lease_end <= ? ORDER BY lease_end LIMIT 1000)`

	selectByID  = `SELECT ` + columns + ` FROM jobs WHERE id = ?`
	selectByKey = `SELECT ` + columns + ` FROM jobs WHERE site = ? AND key = ? AND key <> ''`
	// What a phone was handed without asking, and what it has a lease on.
	selectHanded = `SELECT ` + columns + ` FROM jobs
		WHERE phone = ? AND state IN (2, 8) AND unasked = 1 ORDER BY seq LIMIT ? + 0`
	selectHeld = `SELECT ` + columns + ` FROM jobs
		WHERE phone = ? AND state = 1 AND lease_end > ? AND deadline > ? ORDER BY lease_end, seq LIMIT ? + 0`
	// What no phone has: offers that were dropped, and what is queued for a site that waits,
	// or does not.
	selectDropped = `SELECT ` + columns + ` FROM jobs
		WHERE seq IN (SELECT seq FROM ` + dropped + ` WHERE due > ? LIMIT ? + 0) ORDER BY lease_end`
	selectQueued = `SELECT ` + columns + ` FROM jobs
		WHERE lane = ? AND state = 0 AND (answer_by > 0) = ? AND due > ? ORDER BY due, seq LIMIT ? + 0`
	selectNextEnd = `SELECT lease_end FROM jobs
		WHERE lane = ? AND state = 1 AND (lease_end = deadline) = 0 AND lease_end > ? ORDER BY lease_end LIMIT 1`
	selectCounted = `SELECT created FROM jobs
		WHERE recipient = ? AND counted = 1 AND created > ? AND created <= ? AND NOT (state < 2 AND deadline <= ?)
		ORDER BY created DESC LIMIT ? + 0`
	// What the phones of a lane have to send before a job that is due then.
	countQueued = `SELECT count(*) FROM
		(SELECT 1 FROM jobs WHERE lane = ? AND state = 0 AND (answer_by > 0) = ? AND due > ? AND due <= ? LIMIT ? + 0)`
	countLeased = `SELECT count(*) FROM
		(SELECT 1 FROM jobs WHERE lane = ? AND state = 1 AND (lease_end = deadline) = ? AND lease_end > ? LIMIT ? + 0)`
	countDropped = `SELECT count(*) FROM (SELECT 1 FROM ` + dropped + ` WHERE due > ? LIMIT ? + 0)`
	countInHand  = `SELECT count(*) FROM
		(SELECT 1 FROM jobs WHERE lane = ? AND state IN (2, 8) AND taken_end > ? LIMIT ? + 0)`

	selectOverdue   = `SELECT ` + columns + ` FROM jobs WHERE deadline <= ? AND state < 2 LIMIT ? + 0`
	selectUncertain = `SELECT ` + columns + ` FROM jobs
		WHERE state IN (2, 8) AND taken_end > 0 AND taken_end <= ? LIMIT ? + 0`
	// The table has its rows in the order in which the jobs came.
	selectPlaces = `SELECT seq, created, recipient, content, state NOT IN (0, 1, 2, 8) FROM jobs
		WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ? + 0`

	// insertJob changes nothing when the site has used the key before.
	insertJob = `INSERT INTO jobs (id, site, key, content, recipient, text, ref, lane,
		state, phone, lease, lease_end, created, deadline, counted, history, version, unasked, taken_end, answer_by, due, sim)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (site, key) WHERE key <> '' DO NOTHING`
	updateJob = `UPDATE jobs SET text = ?, state = ?, phone = ?, lease = ?, lease_end = ?, counted = ?, history = ?,
		version = ?, unasked = ?, taken_end = ?, answer_by = ?, due = ?, sim = ? WHERE seq = ?`
	clearTexts = `UPDATE jobs SET text = '', version = version + 1 WHERE seq IN
		(SELECT seq FROM jobs WHERE text <> '' AND state >= 2 AND NOT (state IN (2, 8) AND unasked = 1) AND deadline < ?
		LIMIT ? + 0)`
	deleteJob = `DELETE FROM jobs WHERE seq = ?`
)

// statements are those that the writer prepares.
var statements = []string{
	selectByID, selectByKey, selectHanded, selectHeld, selectDropped, selectQueued, selectNextEnd, selectCounted,
	countQueued, countLeased, countDropped, countInHand, selectOverdue, selectUncertain, selectPlaces,
	insertJob, updateJob, clearTexts, deleteJob,
	selectUses, putUse, deleteUse, selectOldUses, selectSIMs, putSIM,
	selectPrincipal, selectName, putPrincipal, selectRegistration, putRegistration, deleteRegistrations,
}
