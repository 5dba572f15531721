package main

import (
	"fmt"
	"io"
	"sync"
)

// printer prints the lines of the story and those of the requests, which come from other
// goroutines.
type printer struct {
	mu  sync.Mutex
	out io.Writer
}

func (p *printer) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, format+"\n", args...)
}
