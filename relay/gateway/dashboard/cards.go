package dashboard

import (
	"fmt"
	"html/template"
	"strings"
	"sync"
)

// cards keep how each phone and each budget was drawn the last time, by language: of a hundred
// of them few have changed a second later.
type cards struct {
	mu   sync.Mutex
	last map[string]map[string]template.HTML
}

// draw draws the cards of a view that have changed, and forgets those that are shown no more.
func (c *cards) draw(v *view) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, drawn := c.last[v.Lang], map[string]template.HTML{}
	one := func(name, key string, data any) (template.HTML, error) {
		if html, ok := known[key]; ok {
			drawn[key] = html
			return html, nil
		}
		var html strings.Builder
		if err := templates.ExecuteTemplate(&html, name, data); err != nil {
			return "", err
		}
		drawn[key] = template.HTML(strings.TrimSpace(html.String()) + "\n") //nolint:gosec // html/template has made it
		return drawn[key], nil
	}
	var err error
	for i := range v.Phones {
		p := &v.Phones[i]
		if p.Card, err = one("phone", p.key(), *p); err != nil {
			return err
		}
	}
	for i := range v.Budgets {
		b := &v.Budgets[i]
		if b.Card, err = one("budget", b.key(), *b); err != nil {
			return err
		}
	}
	if c.last == nil {
		c.last = map[string]map[string]template.HTML{}
	}
	c.last[v.Lang] = drawn
	return nil
}

// key is what the card of a phone depends on, beside the language.
func (p phoneView) key() string {
	p.words = words{}
	return fmt.Sprintf("%#v", p)
}

// key is what the card of a budget depends on, beside the language.
func (b budgetView) key() string {
	b.words = words{}
	return fmt.Sprintf("%#v", b)
}
