// Quamina as one side of the comparison; ../side.md says what a side reads and writes.
//
// side RULES EVENTS: RULES has one line per pattern, the rule's name, a tab and the pattern as JSON. Patterns of
// one name are alternatives.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"quamina.net/go/quamina"
)

type side struct {
	matcher *quamina.Quamina
	events  [][]byte
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func linesOf(path string) [][]byte {
	content, err := os.ReadFile(path)
	check(err)
	return bytes.Split(bytes.TrimRight(content, "\n"), []byte("\n"))
}

func residentBytes() int {
	content, err := os.ReadFile("/proc/self/statm")
	check(err)
	pages, err := strconv.Atoi(strings.Fields(string(content))[1])
	check(err)
	return pages * os.Getpagesize()
}

func (s *side) learn(path string) {
	before, begun := residentBytes(), time.Now()
	names, refused := map[string]bool{}, 0
	for _, line := range linesOf(path) {
		name, pattern, _ := strings.Cut(string(line), "\t")
		if err := s.matcher.AddPattern(name, pattern); err != nil {
			fmt.Fprintln(os.Stderr, name, err)
			refused++
			continue
		}
		names[name] = true
	}
	seconds := time.Since(begun).Seconds()
	fmt.Printf("{\"rules\": %d, \"refused\": %d, \"compile_seconds\": %f, \"rss_bytes\": %d}\n",
		len(names), refused, seconds, max(0, residentBytes()-before))
}

func (s *side) turn(stride, offset int) {
	asked, matches, begun := 0, 0, time.Now()
	for i := offset; i < len(s.events); i += stride {
		found, err := s.matcher.MatchesForEvent(s.events[i])
		check(err)
		matches += len(found)
		asked++
	}
	fmt.Printf("{\"events\": %d, \"seconds\": %f, \"matches\": %d}\n", asked, time.Since(begun).Seconds(), matches)
}

func (s *side) writePairs(stride, offset int, path string) {
	file, err := os.Create(path)
	check(err)
	out, pairs := bufio.NewWriter(file), 0
	for i := offset; i < len(s.events); i += stride {
		found, err := s.matcher.MatchesForEvent(s.events[i])
		check(err)
		for _, name := range found {
			fmt.Fprintf(out, "%d\t%v\n", i, name)
			pairs++
		}
	}
	check(out.Flush())
	check(file.Close())
	fmt.Printf("{\"pairs\": %d}\n", pairs)
}

func main() {
	matcher, err := quamina.New()
	check(err)
	s := side{matcher, linesOf(os.Args[2])}
	s.learn(os.Args[1])
	for commands := bufio.NewScanner(os.Stdin); commands.Scan(); {
		words := strings.Fields(commands.Text())
		stride, err := strconv.Atoi(words[1])
		check(err)
		offset, err := strconv.Atoi(words[2])
		check(err)
		if words[0] == "pairs" {
			s.writePairs(stride, offset, words[3])
		} else {
			s.turn(stride, offset)
		}
	}
}
