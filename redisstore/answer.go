package redisstore

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/otp"
)

// readAnswer reads what a script answers about one record: a line with the verdict, the
// time and when to try again, and then a record or nothing.
func readAnswer(reply any) (otp.Answer, error) {
	var a otp.Answer
	rest, err := readHead(reply, &a)
	if err != nil || rest == "" {
		return a, err
	}
	a.Record, err = readRecord(rest)
	return a, err
}

// readListing reads what a script answers about several records: the same first line, and
// an empty line before each record.
func readListing(reply any) (otp.Listing, error) {
	var a otp.Answer
	rest, err := readHead(reply, &a)
	list := otp.Listing{Now: a.Now}
	rest = strings.TrimPrefix(rest, "\n")
	for err == nil && rest != "" {
		var text string
		text, rest, _ = strings.Cut(rest, "\n\n")
		var r otp.Record
		r, err = readRecord(text)
		list.Records = append(list.Records, r)
	}
	return list, err
}

// readHead reads the first line and returns what follows it.
func readHead(reply any, a *otp.Answer) (rest string, err error) {
	text, ok := reply.(string)
	if !ok {
		return "", fmt.Errorf("a reply of type %T", reply)
	}
	line, rest, _ := strings.Cut(text, "\n")
	words := strings.Split(line, " ")
	if len(words) != 3 || words[0] == "" {
		return "", errors.New("a reply without its first line")
	}
	now, nowErr := strconv.ParseInt(words[1], 10, 64)
	again, againErr := strconv.ParseInt(words[2], 10, 64)
	if err := errors.Join(nowErr, againErr); err != nil {
		return "", err
	}
	a.Verdict, a.Now, a.Again = otp.Verdict(words[0]), otp.Time(now), otp.Time(again)
	return rest, nil
}
