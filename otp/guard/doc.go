// Package guard decides who gets a text.
package guard
