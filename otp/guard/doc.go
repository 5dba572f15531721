// Package guard decides who gets a text, so that a page that sends codes is of no use
// to people who bomb numbers or run up bills.
//
// [Guard.Reserve] counts a wish for a text and decides in one atomic step: allow,
// challenge or refuse, and whether the paid way may be taken. Tell it afterwards what
// became of the text: [Guard.Verified], [Guard.Failed], [Guard.Released], [Guard.Withdrawn]. A process
// that dies after Reserve leaves a text that counts as unverified until it is out
// of every window.
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
//	R1     number, strangers       4 open in an hour, 8 in 24 hours          refuse
//	R1     number, strangers       3 open in an hour, 5 in 24 hours          challenge
//	R2     address, prefix         20 open in ten minutes (3 for unknown
//	                               addresses), or half of what the hour
//	                               verified; 8 that are three minutes old    challenge
//	R2     address, prefix         30 open in an hour, 100 in 24 hours, or
//	                               a quarter of what was verified; two open
//	                               in 24 hours under attack                  refuse
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
// the last fortnight. R2, R4, R6 and R7, and the stranger's part of R1, do not hold
// for owners. A clean session verified some number and has at most one open text:
// R2, R4, R6 and R7 do not hold for it.
//
// # Money
//
// A budget refuses nobody: the text goes the free way in place of the paid one. Money
// that was spent on a number which was verified for the first time more than a day
// ago comes back when the text is verified. What was spent on a new number stays
// counted for 24 hours, or an attacker with numbers of his own could spend without an
// end. The paid way needs a session. So the most that anybody can cost is
// Rules.Money in any 24 hours, whatever the site's size; a large site that wants more
// for its new users raises Money, or MoneyPercent, and with it what an attack may cost.
//
// # What it does
//
// From "go run ./otp/replay --table" with seed 1 and 6 fen a paid text. Each attack
// lasts up to a day beside 1,000 honest wishes; "solvers" answer every challenge.
//
//	attack                    asked    texts  yuan  honest without  challenged
//	bomb, 1,000 addresses     3,000        7  0.06          0         0.0 %
//	  with solvers            3,011       10  0.12          0         0.0 %
//	1,000 numbers, 1 address  3,000       40  0.00          0         1.8 %
//	sequential range          6,000       70  0.00          0         4.7 %
//	  with solvers            6,348      328  0.24          0        68.3 %
//	slow drip                 1,800      262  0.96          0        68.1 %
//	token replay              2,000        5  0.00          0         0.0 %
//	seven writings            2,800        5  0.00          0         0.0 %
//	flood, 100 a second     360,010       90  0.00          0         8.8 %
//	  with solvers          365,872    4,000  0.00          0        59.6 %
//	300 victims, twice each     600      257  0.96          0        41.9 %
//	  with solvers            1,162      600  0.96          0        79.2 %
//	own numbers               1,100      300  0.96          0        13.8 %
//	20 victims log in        12,000      100  0.96          0        25.8 %
//	pushed to the paid way      200      166  0.96          0         9.0 %
//
// On honest days (60 to 6,300 wishes: a small site, an office of 200 behind one address,
// a campus behind eight, a flash sale, a site that doubles daily, slow texts with two
// resends, foreign users) nobody went without a text, and nobody was challenged but
// 1.3 % of those with slow texts.
//
// # What it does not do
//
// Someone whom the site has never seen, and whose number is bombed at this moment by
// people who solve challenges, looks as they do: 19 of 20 did not get in within ten
// minutes. Those who logged in before from the same browser or address all did.
// Free texts cost no money but disturb people: with solvers and n proxies a flood gets
// about 2n of them out, 5,000 an hour at most. Beyond that newcomers are refused.
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
