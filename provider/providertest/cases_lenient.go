package providertest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
)

func lenientCases() []testCase {
	const accepted = " is accepted: a failure would have the text sent and paid a second time"
	return []testCase{
		{
			name: "other-types", wire: true, essential: true, run: otherTypes,
			rule: "a reply that says success, and in which a value that decides nothing has another type," + accepted,
		},
		{
			name: "no-id", wire: true, essential: true, run: noID,
			rule: "a success without an id" + accepted + "; the receipt's ID is empty",
		},
		{
			name: "spelling-of-numbers", wire: true, essential: true, run: spellingOfNumbers,
			rule: "a code of success that is a number is one in every spelling that JSON has for it, and" + accepted,
		},
		{
			name: "byte-order-mark", wire: true, run: byteOrderMark,
			rule: "a reply behind byte order marks and line ends" + accepted,
		},
		{
			name: "retry-after", wire: true, run: retryAfter,
			rule: "the Retry-After of a 429 or 503 stands in the error, in seconds or as a date, and is a day at most",
		},
	}
}

// goodJSON is the reply of a success, and what it says. Without a code of success in it
// the case is skipped: which of its values decide is not known then.
func (c *check) goodJSON() (good Reply, value any) {
	c.Helper()
	good = c.goodReply()
	if err := json.Unmarshal(good.Body, &value); err != nil {
		c.Skip("the service's replies are no JSON")
	}
	if c.successes(value) == 0 {
		c.Skip("the service's replies have no code of success")
	}
	return good, value
}

// successes counts where a code of success stands in value. Words may be the same as the
// code, such as OK, and nobody knows from outside which of the two decides.
func (c *check) successes(value any) int {
	found := 0
	for _, inner := range leaves(nil, value) {
		if c.isSuccess(inner.value) {
			found++
		}
	}
	return found
}

func (c *check) isSuccess(value any) bool {
	switch value := value.(type) {
	case string:
		return c.codes().Is(value)
	case float64:
		return c.codes().Is(strconv.FormatFloat(value, 'f', -1, 64))
	}
	return false
}

// node is a value inside a JSON value, and the way to it: names and indexes.
type node struct {
	path  []any
	value any
}

// leaves lists what has nothing inside.
func leaves(path []any, value any) []node {
	var all []node
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			all = append(all, leaves(append(slices.Clip(path), name), value[name])...)
		}
	case []any:
		for i, element := range value {
			all = append(all, leaves(append(slices.Clip(path), i), element)...)
		}
	default:
		all = append(all, node{path, value})
	}
	return all
}

// with returns value with other in the place that the path leads to.
func with(value any, path []any, other any) any {
	if len(path) == 0 {
		return other
	}
	switch value := value.(type) {
	case map[string]any:
		changed := maps.Clone(value)
		name, _ := path[0].(string)
		changed[name] = with(value[name], path[1:], other)
		return changed
	case []any:
		changed := slices.Clone(value)
		i, _ := path[0].(int)
		changed[i] = with(value[i], path[1:], other)
		return changed
	}
	return value
}

// otherTypes changes one value after the other, and what holds it, but not the code of
// success nor the number: a reply may speak of several.
func otherTypes(c *check) {
	good, value := c.goodJSON()
	for _, leaf := range leaves(nil, value) {
		for depth := 1; depth <= len(leaf.path); depth++ {
			path := leaf.path[:depth]
			for name, other := range map[string]any{
				"object": map[string]any{"providertest": 1}, "array": []any{1, "x"}, "null": nil, "bool": true, "number": 7.5, "string": "x",
			} {
				changed := with(value, path, other)
				if c.successes(changed) == c.successes(value) && c.namesRecipient(changed) == c.namesRecipient(value) {
					c.sub(strings.Trim(strings.ReplaceAll(fmt.Sprint(path), " ", "."), "[]")+"-"+name, func(c *check) {
						c.acceptedAs(good, changed)
					})
				}
			}
		}
	}
}

func (c *check) namesRecipient(value any) bool {
	return slices.ContainsFunc(leaves(nil, value), func(leaf node) bool {
		return strings.Contains(fmt.Sprint(leaf.value), c.h.Message.To.National())
	})
}

// acceptedAs checks that a send that is answered with that value is accepted.
func (c *check) acceptedAs(good Reply, value any) provider.Receipt {
	c.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		c.Fatal(err)
	}
	return c.acceptedWith(Reply{Status: good.Status, ContentType: good.ContentType, Body: body})
}

func (c *check) acceptedWith(r Reply) provider.Receipt {
	c.Helper()
	s := c.stage()
	c.reply(s, r)
	p, before := c.provider(s), c.h.Now()
	receipt, err := c.send(c.Context(), p, c.message(), "the reply is "+quote(r.Body))
	if err != nil {
		c.broken("the reply is %s: Send failed: %v", quote(r.Body), err)
	}
	c.completeButForID(receipt, p, c.h.Message.To, before)
	return receipt
}

// noID takes the id out of the reply.
func noID(c *check) {
	good, value := c.goodJSON()
	s := c.stage()
	c.reply(s, good)
	id := c.accepted(s, c.provider(s), c.message()).ID
	ids := slices.DeleteFunc(leaves(nil, value), func(leaf node) bool { return !leaf.says(id) })
	if id == "" || len(ids) == 0 {
		c.Skip("the service gives no ids")
	}
	for name, other := range map[string]any{"null": nil, "empty": "", "object": map[string]any{}} {
		c.sub(name, func(c *check) {
			changed := value
			for _, leaf := range ids {
				changed = with(changed, leaf.path, other)
			}
			if r := c.acceptedAs(good, changed); r.ID != "" {
				c.broken("Receipt.ID is %q, and the service gave none", r.ID)
			}
		})
	}
}

// says reports whether the value is that text, or that number.
func (n node) says(text string) bool {
	switch value := n.value.(type) {
	case string:
		return strings.TrimSpace(value) == text
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64) == text
	}
	return false
}

// spellingOfNumbers writes the code of success in other ways.
func spellingOfNumbers(c *check) {
	good, value := c.goodJSON()
	for _, leaf := range leaves(nil, value) {
		number, isNumber := leaf.value.(float64)
		if !isNumber || !c.isSuccess(number) {
			continue
		}
		plain := strconv.FormatFloat(number, 'f', -1, 64)
		for _, spelled := range []string{plain + ".0", plain + ".000", plain + "e0", plain + "E+0", plain + "0e-1", plain + ".0e00"} {
			if number == 0 && strings.HasPrefix(spelled, "00") {
				continue // no number of JSON's
			}
			c.sub(spelled, func(c *check) { c.acceptedAs(good, with(value, leaf.path, json.Number(spelled))) })
		}
		return
	}
	c.Skip("the service's code of success is no number")
}

func byteOrderMark(c *check) {
	good := c.goodReply()
	if !json.Valid(good.Body) {
		c.Skip("the service's replies are no JSON")
	}
	const mark = "\ufeff"
	for name, before := range map[string]string{"one": mark, "two": mark + mark, "line-end": "\r\n" + mark, "between": mark + "\n " + mark + " "} {
		c.sub(name, func(c *check) {
			c.acceptedWith(Reply{Status: good.Status, ContentType: good.ContentType, Body: append([]byte(before), good.Body...)})
		})
	}
}

// waits are values of Retry-After and what they ask for. A value that begins with
// "now" is a date so far from the time of the reply.
var waits = map[string]time.Duration{
	"7": 7 * time.Second, " 120 ": 2 * time.Minute, "0": 0, "99999999999999999999": mostWait, "-7": 0, "soon": 0,
	"now+1m": time.Minute, "now-1m": 0, "now+48h": mostWait, "now+8760h": mostWait,
}

const mostWait = 24 * time.Hour

func retryAfter(c *check) {
	for value, wait := range waits {
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			c.sub(fmt.Sprint(status, "-", strings.TrimSpace(value)), func(c *check) { c.asksToWait(status, value, wait) })
		}
	}
}

// asksToWait plays a machine in front of the service that asks to wait. A date has no
// fractions of a second, and a clock that does not stand still goes on meanwhile.
func (c *check) asksToWait(status int, value string, wait time.Duration) {
	c.Helper()
	s := c.stage()
	s.answer(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", c.retryAfterValue(value))
		http.Error(w, "<html>later</html>", status)
	})
	situation := fmt.Sprintf("HTTP %d with Retry-After %q", status, value)
	_, err := c.send(c.Context(), c.provider(s), c.message(), situation)
	c.failed(err, wanted{kind: provider.KindUnavailable}, situation)
	for e := range provider.Failures(err) {
		if off := wait - e.RetryAfter; off < 0 || off > 5*time.Second {
			c.broken("%s: RetryAfter is %v, want %v", situation, e.RetryAfter, wait)
		}
	}
}

func (c *check) retryAfterValue(value string) string {
	offset, isDate := strings.CutPrefix(value, "now")
	if !isDate {
		return value
	}
	far, err := time.ParseDuration(offset)
	if err != nil {
		c.Fatal(err)
	}
	return c.h.Now().Add(far).UTC().Format(http.TimeFormat)
}
