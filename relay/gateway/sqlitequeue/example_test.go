package sqlitequeue_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
)

// The queue is closed and opened again, and has kept its job.
func Example() {
	folder, err := os.MkdirTemp("", "queue")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "queue.db")
	now := time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)
	ctx := context.Background()

	first, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = first.Seen(ctx, gateway.Presence{Phone: "old-phone", Lanes: []string{"text"}, Interval: time.Minute, At: now})
	_, err = first.Submit(ctx, gateway.Submit{
		ID: "1", Site: "shop", To: "+8613800138000", Text: "Your code is 824913.", Lane: "text",
		Now: now, Deadline: now.Add(5 * time.Minute),
	})
	fmt.Println("submit:", err)
	fmt.Println("close:", first.Close())

	second, err := sqlitequeue.New(sqlitequeue.Config{Path: path})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = second.Close() }()
	job, err := second.Job(ctx, "1", now)
	fmt.Println(job.State, job.To, job.Text, err)
	// Output:
	// submit: <nil>
	// close: <nil>
	// queued 138****8000 [20 characters] <nil>
}
