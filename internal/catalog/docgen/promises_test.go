package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	promises        = "docs/promises.md"
	promisesChinese = "docs/promises.zh-CN.md"
)

// promise is a row of a table on the page of promises.
type promise struct {
	sentence string
	tests    []testLink
}

// testLink leads from a promise to a test.
type testLink struct{ name, file string }

// testLinks finds the links in the second column of a row.
var testLinks = regexp.MustCompile("\\[`([^`]+)`\\]\\(\\.\\./([^)]+)\\)")

// promiseTables returns the promises of a page, one slice for each heading.
func promiseTables(t *testing.T, page string) [][]promise {
	t.Helper()
	var tables [][]promise
	for section := range strings.SplitSeq(read(t, page), "\n## ") {
		var table []promise
		rows := regexp.MustCompile(`(?m)^\|.*$`).FindAllString(section, -1)
		for i, row := range rows {
			if i < 2 { // the heading of the table
				continue
			}
			cells := strings.Split(strings.Trim(row, "| "), " | ")
			require.Len(t, cells, 2, "%s: %s", page, row)
			one := promise{sentence: cells[0]}
			for _, link := range testLinks.FindAllStringSubmatch(cells[1], -1) {
				one.tests = append(one.tests, testLink{name: link[1], file: link[2]})
			}
			rest := strings.Trim(testLinks.ReplaceAllString(cells[1], ""), ",、 ")
			require.Empty(t, rest, "%s: %s: want links to tests only", page, one.sentence)
			table = append(table, one)
		}
		if table != nil {
			tables = append(tables, table)
		}
	}
	return tables
}

// TestPromisesAreTested follows each link of the page of promises to its test.
func TestPromisesAreTested(t *testing.T) {
	t.Parallel()
	tables := promiseTables(t, promises)
	require.NotEmpty(t, tables)
	seen := map[string]bool{}
	for _, table := range tables {
		for _, one := range table {
			require.NotEmpty(t, one.tests, "%q has no test", one.sentence)
			require.True(t, strings.HasSuffix(one.sentence, "."), "%q is no sentence", one.sentence)
			require.False(t, seen[one.sentence], "%q stands there twice", one.sentence)
			seen[one.sentence] = true
			for _, test := range one.tests {
				require.Contains(t, testsIn(t, test.file), test.name, "%s has no such test; it is to break: %s", test.file, one.sentence)
			}
		}
	}
}

// TestPromisesAgree: both languages make as many promises below each heading, and
// have them tested by the same tests.
func TestPromisesAgree(t *testing.T) {
	t.Parallel()
	english, chinese := promiseTables(t, promises), promiseTables(t, promisesChinese)
	require.Len(t, chinese, len(english))
	for i, table := range english {
		require.Len(t, chinese[i], len(table), "the table that begins with %q", table[0].sentence)
		for j, one := range table {
			require.Equal(t, one.tests, chinese[i][j].tests, "the tests of %q", one.sentence)
			require.True(t, strings.HasSuffix(chinese[i][j].sentence, "。"), "%q is no sentence", chinese[i][j].sentence)
		}
	}
}

// testsIn lists what a promise may name in a file: its test functions and fuzz
// targets, the cases of a suite, or the checks of the build server.
func testsIn(t *testing.T, file string) []string {
	t.Helper()
	if file == ".ci/run" {
		return firstGroups(regexp.MustCompile(`(?m)^check "([^"]+)"`), read(t, file))
	}
	require.Equal(t, ".go", path.Ext(file), "%s: a promise is tested by Go code or by .ci/run", file)
	source, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, 0)
	require.NoError(t, err)
	if strings.HasSuffix(file, "_test.go") {
		return testFunctions(source)
	}
	require.Regexp(t, `^(provider/providertest|relay/gateway/queuetest|failover/failovertest|sim/simtest)/`, file, "cases are in suites")
	return suiteCases(source)
}

func firstGroups(pattern *regexp.Regexp, text string) []string {
	var groups []string
	for _, found := range pattern.FindAllStringSubmatch(text, -1) {
		groups = append(groups, found[1])
	}
	return groups
}

// testFunctions lists the functions that go test runs.
func testFunctions(source *ast.File) []string {
	var names []string
	for _, declaration := range source.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if ok && function.Recv == nil && regexp.MustCompile("^(Test|Fuzz)").MatchString(function.Name.Name) {
			names = append(names, function.Name.Name)
		}
	}
	return names
}

// suiteCases lists the names of cases: each is the first value of a struct. Where it
// is put together, as in request+"/granted", its end counts.
func suiteCases(source *ast.File) []string {
	var names []string
	ast.Inspect(source, func(node ast.Node) bool {
		literal, ok := node.(*ast.CompositeLit)
		if !ok || len(literal.Elts) == 0 {
			return true
		}
		first := literal.Elts[0]
		if pair, keyed := first.(*ast.KeyValueExpr); keyed {
			first = pair.Value
		}
		if sum, joined := first.(*ast.BinaryExpr); joined {
			first = sum.Y
		}
		if text, isText := first.(*ast.BasicLit); isText && text.Kind == token.STRING {
			if name, err := strconv.Unquote(text.Value); err == nil {
				names = append(names, strings.TrimPrefix(name, "/"))
			}
		}
		return true
	})
	return names
}

// TestWhatAPromiseMayName: a name in a comment, a helper or another text is no test.
func TestWhatAPromiseMayName(t *testing.T) {
	t.Parallel()
	source, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
// TestCommented was here.
func TestThere(t *testing.T) { t.Log("TestQuoted") }
func FuzzThere(f *testing.F) {}
func (x x) TestMethod(t *testing.T) {}
func helper() {}
var cases = []c{{"positional", run}, {name: "keyed", rule: "a rule"}, {r.Name + "/joined", run}}
`, parser.SkipObjectResolution)
	require.NoError(t, err)
	require.Equal(t, []string{"TestThere", "FuzzThere"}, testFunctions(source))
	require.Equal(t, []string{"positional", "keyed", "joined"}, suiteCases(source))
}
