package aliyunsim

import (
	"strconv"
	"time"

	"github.com/cnsms/cnsms/sim"
)

const (
	daysKept    = 30
	largestPage = 50
	dateFormat  = "20060102"
)

// query is what QuerySendDetails of both products asks for.
type query struct {
	number, bizID string
	day           time.Time // its beginning in Beijing
	size, page    int
}

// readQuery reads a question, or refuses it.
func readQuery(c *sim.Call, r request) (query, sim.Outcome) {
	if o := required("PhoneNumber", "SendDate", "PageSize", "CurrentPage")(c, r); o.Refused() {
		return query{}, o
	}
	day, dateErr := time.ParseInLocation(dateFormat, r.get("SendDate"), sim.Beijing)
	size, sizeErr := strconv.Atoi(r.get("PageSize"))
	page, pageErr := strconv.Atoi(r.get("CurrentPage"))
	q := query{e164(r.get("PhoneNumber")), r.get("BizId"), day, size, page}
	switch {
	case q.number == "":
		return q, sim.Refuse(badNumber, "PhoneNumber: want one number, in a form that a send takes")
	case dateErr != nil:
		return q, sim.Refuse(badFields, "SendDate: want a day such as 20260102")
	case c.Now.Sub(day) > (daysKept+1)*24*time.Hour:
		return q, sim.Refuse(badFields, "SendDate: more than %d days ago", daysKept)
	case sizeErr != nil || size < 1 || size > largestPage:
		return q, sim.Refuse(badFields, "PageSize: want 1 to %d", largestPage)
	case pageErr != nil || page < 1:
		return q, sim.Refuse(badFields, "CurrentPage: want 1 or more")
	}
	return q, sim.Outcome{}
}

// judgeQuery decides about QuerySendDetails of 短信服务.
func (s *Service) judgeQuery(c *sim.Call, r request) sim.Outcome {
	q, o := readQuery(c, r)
	if o.Refused() {
		return o
	}
	rows, total := s.ledger.find(q)
	return sim.Grant(members{"TotalCount": strconv.Itoa(total), "SmsSendDetailDTOs": members{"SmsSendDetailDTO": rows}})
}

// judgeQuery decides about QuerySendDetails of 短信认证.
func (v *Verification) judgeQuery(c *sim.Call, r request) sim.Outcome {
	q, o := readQuery(c, r)
	if o.Refused() {
		return o
	}
	rows, total := v.ledger.find(q)
	return sim.Grant(members{"TotalCount": total, "Model": rows})
}

// The states of a text in an answer.
const (
	waiting   = 1
	failed    = 2
	delivered = 3
)

// row is a text as an answer has it.
func (e *entry) row() members {
	row := members{
		"PhoneNum": onWire(e.text.To), "Content": e.text.Text, "TemplateCode": e.text.Template, "SendDate": wireTime(e.at),
		"SendStatus": waiting, "OutId": e.text.Ref,
	}
	if e.delivery == nil {
		return row
	}
	row["ReceiveDate"], row["SendStatus"], row["ErrCode"] = wireTime(e.delivery.At), delivered, e.delivery.code()
	if e.delivery.Failed {
		row["SendStatus"] = failed
	}
	return row
}

// find returns a page of the texts that a question is about, newest first, and how many
// there are.
func (l *ledger) find(q query) (rows []members, total int) {
	rows = []members{}
	for i := len(l.entries) - 1; i >= 0; i-- {
		e := l.entries[i]
		if e.text.To != q.number || !sim.SameDay(e.at, q.day) || q.bizID != "" && e.text.ID != q.bizID {
			continue
		}
		total++
		if total > q.size*(q.page-1) && len(rows) < q.size {
			rows = append(rows, e.row())
		}
	}
	return rows, total
}
