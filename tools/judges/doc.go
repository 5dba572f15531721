// Package judges has the vendors' own clients drive this project's simulators: they
// were written by other people, so a simulator that they accept is not merely in
// agreement with the adapter beside it.
//
// Nobody links this module. Its README says how to run it and how to add a judge.
package judges
