package judges

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// node is a client on Node.js: a program that reads one call a line and writes one
// outcome a line.
type node struct {
	command *exec.Cmd
	calls   io.WriteCloser
	answers *bufio.Reader
	errors  bytes.Buffer
}

// onNode starts node/SCRIPT. It ends when the client is closed, or with the context.
func onNode(script string, arguments ...string) func(ctx context.Context) (client, error) {
	return func(ctx context.Context) (client, error) {
		n := &node{command: exec.CommandContext(ctx, "node", append([]string{script}, arguments...)...)} //nolint:gosec // One of our own scripts.
		n.command.Dir = "node"
		n.command.Env = []string{"PATH=" + os.Getenv("PATH"), "SystemRoot=" + os.Getenv("SystemRoot")} // no proxies, no credentials
		n.command.Stderr = &n.errors
		n.command.WaitDelay = 5 * time.Second
		calls, err := n.command.StdinPipe()
		if err != nil {
			return nil, err
		}
		answers, err := n.command.StdoutPipe()
		if err != nil {
			return nil, err
		}
		n.calls, n.answers = calls, bufio.NewReader(answers)
		return n, n.command.Start()
	}
}

func (n *node) call(_ context.Context, c call) (outcome, error) {
	var got outcome
	line, err := json.Marshal(c)
	if err != nil {
		return got, err
	}
	if _, err = n.calls.Write(append(line, '\n')); err != nil {
		return got, n.dead(err)
	}
	answer, err := n.answers.ReadBytes('\n')
	if err != nil {
		return got, n.dead(err)
	}
	if err = json.Unmarshal(answer, &got); err != nil {
		return got, fmt.Errorf("%s wrote what is no outcome: %s: %w", n.command.Args, answer, err)
	}
	return got, nil
}

// dead says why the program does not answer.
func (n *node) dead(err error) error {
	n.close()
	return fmt.Errorf("%s does not answer: %w\n%s", n.command.Args, err, n.errors.String())
}

// close lets the program end by itself, which it does when there are no more calls.
func (n *node) close() {
	_ = n.calls.Close()
	_ = n.command.Wait() // whatever it says: what it did wrong is in an outcome
}
