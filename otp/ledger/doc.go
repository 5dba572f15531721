// Package ledger says what verifications cost, and what they would have cost without a free
// way: for each verification, by provider and by day.
//
//	books, err := ledger.New(ledger.Config{Members: []ledger.Member{
//		{Provider: oldPhone, Bills: ledger.Free},
//		{Provider: paid, Price: 60 * failover.Li, Bills: ledger.Delivered, Texts: texts},
//	}})
//	composer, err := failover.NewComposer(failover.ComposerConfig{
//		First: failover.Member{Provider: books.Watch(oldPhone)},
//		Retry: failover.Member{Provider: books.Watch(paid)},
//	})
//	codes, err := otp.New(otp.Config{Sender: composer, OnEvent: books.Note, …})
//	reports := provider.ReportHandler(composer, books.Reports(codes.Note))
//	… // books.Snapshot() as JSON, books.WriteText(os.Stdout)
//
// # What is exact
//
// Money is failover.Money, an integer. A text costs its price for each segment that package
// segments counts in it, with its signature, or the number that the service itself has told
// (Member.Counted). What is not known is never shown as a fact: an amount is a [Range], and
// its ends are the same once everything is known.
//
//	                    Accepted        Delivered          Unknown            Free
//	being sent, or      0 to price      0 to price         0 to price         0
//	may have been sent
//	accepted            price           0 to price         0 to price         0
//	delivered           price           price              price              0
//	failed              price           0                  0 to price         0
//	refused             0               0                  0                  0
//
// The columns are what a service bills; see [Bills]. A service that bills what was delivered
// goes by its own reports, so that a right code alone settles nothing. Where no report comes,
// the range stays. A text of a member without a known price, or whose length is not known,
// counts as unpriced and adds nothing to any amount.
//
// # What it would have cost
//
// Instead is what the same texts had cost if each had gone to one paid member: the first in
// Config.Members that is not free, which is the one that a composer takes when there is no
// free way, or the one that Config.Instead names. Each text that a user asked for counts
// once, however many members were tried with it, with the length that it has at that member.
// It counts as delivered there when it is known to have arrived: a report said so, or it was
// the only one and its code was right; and as failed when all its reports say so. Saved is
// Instead less Cost.
//
// # What is kept
//
// The newest verifications (Config.Recent), totals by day of Beijing and provider
// (Config.Days), and the grand total. A verification that is pushed out stays in the totals
// as it was last known. All of it is in memory and counts from the start of the process.
// It holds ids of verifications and messages and masked numbers: no code, no full number, no
// secret. Ids are worth nothing without the user's binding.
package ledger
