package aliyunsim

import (
	"encoding/json"

	"github.com/cnsms/cnsms/sim"
)

// largestBatch is how many numbers SendBatchSms takes.
const largestBatch = 100

// batchFields are what SendBatchSms calls the parts of a text.
var batchFields = fields{"PhoneNumberJson", "SignNameJson", "TemplateParamJson"}

// batch is what SendBatchSms wants sent: lists of the same length.
type batch struct {
	numbers, signs []string
	values         []sim.Vars
}

// judgeBatch decides about texts that each have their own number, signature and values. A
// refusal stands for the whole request.
func (s *Service) judgeBatch(c *sim.Call, r request) sim.Outcome {
	if o := sim.FirstRefusal(c, r, required(batchFields.number, batchFields.sign, "TemplateCode"), checkOutID); o.Refused() {
		return o
	}
	b, o := readBatch(r)
	if o.Refused() {
		return o
	}
	var list []sim.Text
	for i, number := range b.numbers {
		list = append(list, s.newText(c, r, message{number, b.signs[i], b.values[i]}))
	}
	return s.accept(c, list, batchFields)
}

func readBatch(r request) (batch, sim.Outcome) {
	var b batch
	for _, f := range []struct {
		name string
		list any
	}{{batchFields.number, &b.numbers}, {batchFields.sign, &b.signs}, {batchFields.values, &b.values}, {"SmsUpExtendCodeJson", &[]string{}}} {
		text := r.get(f.name)
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), f.list); err != nil {
			return b, sim.Refuse(badJSON, "%s: want a JSON array of strings, and of values one of objects of strings", f.name)
		}
	}
	if r.get(batchFields.values) == "" {
		b.values = make([]sim.Vars, len(b.numbers))
	}
	switch n := len(b.numbers); {
	case n == 0:
		return b, sim.Refuse(badNumber, "%s: empty", batchFields.number)
	case n > largestBatch:
		return b, sim.Refuse(tooMany, "%s: %d numbers, at most %d", batchFields.number, n, largestBatch)
	case len(b.signs) != n:
		return b, sim.Refuse(badJSON, "%s: %d signatures for %d numbers", batchFields.sign, len(b.signs), n)
	case len(b.values) != n:
		return b, sim.Refuse(badJSON, "%s: values for %d of %d numbers", batchFields.values, len(b.values), n)
	}
	return b, sim.Outcome{}
}
