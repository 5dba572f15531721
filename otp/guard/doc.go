// Package guard decides who gets a text, so that a page that sends codes is of no use
// to people who bomb numbers or run up bills. A service of package otp has one in memory
// when it is given none; for several processes, make one on a [Store] that they share.
//
// [Guard.Reserve] counts a wish for a text and decides in one atomic step: allow,
// challenge or refuse, and whether the paid way may be taken. Tell it afterwards what
// became of the text: [Guard.Verified], [Guard.Failed], [Guard.Released], [Guard.Withdrawn]. A process
// that dies after Reserve leaves a text that counts as unverified until it is out
// of every window.
//
// What nobody asks for, because the service sends again by itself, or another way what the
// first refused, is a Request with Again: nobody waits and nobody solves anything, and all
// the rest holds.
//
// # Rules
//
// An open text is one that was reserved and is not verified. Most rules count open
// texts, and a limit is the larger of a floor and a share of what the same key
// verified, so that a growing site needs no tuning. Floors are fields of [Rules].
//
//	rule   key                     limit                                     effect
//	R1     number                  1 in 60 s, 5 in an hour, 10 in 24 hours
//	                               and in a day in Beijing                   refuse
//	R1     number, strangers       4 open in an hour, 8 in 24 hours, if
//	                               somebody verified the number              refuse
//	R1     number, other browsers  9 open in 24 hours, if somebody verified
//	       than its owner's        the number                                refuse
//	R1     number, strangers       4 open in an hour, 6 in 24 hours          challenge, wait
//	R1     number, strangers       3 open in an hour, 5 in 24 hours          challenge
//	R2     address, prefix         20 open in ten minutes (3 for unknown
//	                               addresses), or half of what the hour
//	                               verified; 8 that are three minutes old    challenge
//	R2     address, prefix         30 open in an hour, 100 in 24 hours, or
//	                               a quarter of what was verified; under
//	                               attack one open in 24 hours, and a second
//	                               for a session that had the first          refuse
//	R3     session                 5 in an hour, 15 in 24 hours              refuse
//	R4     number less 4 digits    10 open in ten minutes                    challenge
//	R4     number less 4 digits    40 open in an hour                        refuse
//	R4     carrier, province       100 open in ten minutes                   challenge
//	R5     country                 +86, and what Countries opens             refuse
//	R6     site, purpose           30 open in two minutes, or what the ten
//	                               minutes or 2 % of the day verified        challenge
//	R6     site                    5,000 open in an hour, 10,000 in a day    refuse
//	R7     site                    under attack                              challenge
//	R8     number                  more than 20 wrong codes in 24 hours      challenge
//	money  number, session,        2, 2, 4, 8 and 4 paid texts in 24 hours,
//	       address, prefix,        and 100 fen for the site                  free way
//	       segment, site                                                     only
//
// For a prefix, which is a /24 or a /48, the floors of R2 are three times as large; the
// address is a /32 or a /64. The carrier is guessed from the first three digits; a
// province only when Config.Province guesses it.
//
// A text is not a failure for its first three minutes: the rules that refuse for open
// texts of a network or a segment in an hour do not look at it. A site is under attack
// when 70 % of at least 50 texts of a quarter of an hour stay open, when more than 40
// of 24 hours and a third of the verified ones do, or when five times the burst of
// R6 is open.
//
// The owner of a number is a session or an address that verified this very number in
// the last fortnight; an address only until three of its texts to the number are open,
// because others may be behind it. R2, R4, R6 and R7, and the stranger's part of R1, do not
// hold for owners. A clean session verified some number and has at most one open text:
// R2, R4, R6 and R7 do not hold for it.
//
// "Challenge, wait" is for a number that people bomb who solve challenges: a stranger
// solves one, is refused for four and a half minutes, asks again in the same session with
// a second one, and gets one of the texts that are kept for those who do. Each session and
// each address gets one of them for a number in a day, and without a session there is
// none. A second step of the store, only then, writes down who waits.
//
// # Money
//
// A budget refuses nobody: the text goes the free way in place of the paid one. What was
// spent stays counted for 24 hours, also when the text is verified, or an attacker with
// numbers of his own could spend without an end. The paid way needs a session. So the most that anybody can cost is
// Rules.Money in any 24 hours, whatever the site's size; a large site that wants more
// raises Money, or MoneyPercent, and with it what an attack may cost. Where texts abroad
// cost more, say so in Rules.Prices.
//
// That holds where the free way is free. Where every text costs money, Config.AllPaid
// makes each count as paid, and refuses what would pass Money. What was spent on a number that
// was verified for the first time more than a day ago then comes back when the text is
// verified, because a login costs a text there: numbers of an attacker's own cost what those
// of other users do, ten texts a day at most.
//
// # What it does
//
// "go run ./otp/replay --table" with seed 1 and 6 fen a paid text. Each attack lasts up
// to a day beside 1,000 honest wishes of other people. Asked are the requests of the
// attackers, texts those that got out, yuan what they cost, and hour and day what the
// worst of them cost. Refused are honest users who got no text, challenged those who saw
// a challenge; late are attacked people who were not in within ten minutes.
//
//	attack                  asked  texts  yuan  hour   day  refused  challenged      late
//	bomb                    3,000      7  0.06  0.06  0.06        0       0.0 %
//	bomb-solvers            4,002      8  0.12  0.12  0.12        0       0.0 %
//	one-address             3,000     40  0.00  0.00  0.00        0       1.8 %
//	sequential              6,000     70  0.00  0.00  0.00        0       4.8 %
//	sequential-solvers      6,348    328  0.24  0.24  0.24        0      68.7 %
//	slow-drip               1,800    262  0.96  0.96  0.96        0      68.4 %
//	token-replay            2,000      5  0.00  0.00  0.00        0       0.0 %
//	seven-writings          2,800      5  0.00  0.00  0.00        0       0.0 %
//	flood                 360,010     90  0.00  0.00  0.00        0       8.8 %
//	flood-solvers         363,662  2,007  0.18  0.18  0.18        0      60.0 %
//	many-victims              600    257  0.96  0.54  0.96        0      42.0 %
//	many-victims-solvers    1,162    600  0.96  0.54  0.96        0      79.6 %
//	own-numbers             1,100    300  0.96  0.96  0.96        0      13.8 %
//	own-numbers-known       1,060    320  0.96  0.96  0.96        0       0.0 %
//	victim-in              12,000    100  0.96  0.84  0.96        0      25.8 %   0 of 20
//	victim-in-known        17,492    120  0.96  0.96  0.96        0      30.7 %   0 of 40
//	victim-in-moved        17,511    120  0.96  0.96  0.96        0      30.8 %   1 of 40
//	victim-in-new          24,007    120  0.96  0.96  0.96        0      32.7 %   0 of 20
//	victim-in-waiters      24,568    196  0.96  0.96  0.96        0      58.1 %  18 of 20
//	pushed-to-paid            200    166  0.96  0.60  0.96        0       9.0 %  0 of 100
//	honest day             wishes  texts  yuan              refused  challenged
//	small-site                 60     60  0.00                    0       0.0 %
//	usual-site              3,000  3,000  0.00                    0       0.0 %
//	office                    500    500  0.00                    0       0.0 %
//	campus                  4,000  4,000  0.00                    0       0.0 %
//	flash-sale              5,500  5,500  0.00                    0       0.0 %
//	doubling                6,300  6,300  0.00                    0       0.0 %
//	slow-texts              1,000  2,995  0.96                    0       1.2 %
//	foreign                   600    600  0.00                    0       0.0 %
//
// With "solvers", and wherever a victim is in the name but in victim-in, attackers answer
// every challenge in 15 or 20 seconds. Victims known come from a browser that logged in
// before, moved ones logged in before and have a new browser at a new address, new ones
// were never seen. No first text of a victim was paid. In own-numbers-known the attacker
// verified his numbers on the day before.
//
// # What it does not do
//
// Somebody whom the site never saw, and whose number is bombed at this moment, differs from
// people who solve challenges only in that he waits and asks again. Where bombers wait
// as well, as in victim-in-waiters, nothing is left that tells them apart: a number takes
// ten texts a day, whoever waits first has them, and few victims get in. No rule that
// keeps the ten can do better; only another proof can, such as a text that the victim
// sends. Those who logged in before from the same browser or address always get in. Who
// moved to a new browser and a new address at once may have to wait for the end of the
// first hour of such an attack.
//
// Free texts cost no money but disturb people: with solvers and n proxies a flood gets
// about n of them out in a day, and a second to each of its sessions that asks again;
// 5,000 an hour at most. Beyond that newcomers are refused.
//
// # Operators
//
// [Guard.Counts] has how often each rule allowed, challenged and refused. Config.Log gets
// each decision. Before a guard is trusted, run it with Config.RecordOnly, or give
// "go run ./otp/replay --in" the traffic of a past day.
//
// # Shared stores
//
// A [Store] gets keys and checks as plain data and answers in one step. The suite in
// guardtest holds all stores to the same answers. When the store cannot be asked, the
// guard decides by stricter limits of its own process and never takes the paid way.
//
// Keys are keyed digests of the parsed number, the address and so on: a store holds no
// number and no address. The package uses the standard library only.
package guard

//go:generate go run ../replay --table --into doc.go,../../docs/guard.md,../../docs/guard.zh-CN.md
