package relayapi_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// A phone reports that it has sent a text.
func Example() {
	report := relayapi.StateReport{
		ID:    "01KAJB5N8T",
		Lease: "3f9c",
		State: relayapi.StateSent,
		At:    relayapi.Time{Time: time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)},
	}
	body, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("POST", relayapi.PathStateReports)
	fmt.Println(string(body))
	// Output:
	// POST /v1/receipts
	// {
	//   "id": "01KAJB5N8T",
	//   "lease": "3f9c",
	//   "state": "sent",
	//   "at": "2026-11-21T03:30:00.000Z"
	// }
}
