package catalog_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/catalog"
)

// root is the project's folder.
const root = "../.."

// TestEveryAdapterIsListed compares the list with the folders: an adapter is a
// top-level package whose New returns a *Provider.
func TestEveryAdapterIsListed(t *testing.T) {
	t.Parallel()
	folders, err := os.ReadDir(root)
	require.NoError(t, err)
	var found, listed []string
	for _, folder := range folders {
		if folder.IsDir() && isAdapter(packageIn(t, folder.Name())) {
			found = append(found, folder.Name())
		}
	}
	for _, adapter := range catalog.Adapters() {
		listed = append(listed, adapter.Name)
	}
	require.NotEmpty(t, found)
	require.Equal(t, found, listed, "catalog.Adapters lists every adapter once, by name")
}

func isAdapter(pkg *doc.Package) bool {
	index := slices.IndexFunc(pkg.Types, func(t *doc.Type) bool { return t.Name == "Provider" })
	return index >= 0 && slices.ContainsFunc(pkg.Types[index].Funcs, func(f *doc.Func) bool { return f.Name == "New" })
}

// packageIn reads the package in a top-level folder, with its tests. A folder
// without Go files is an empty package.
func packageIn(t *testing.T, folder string) *doc.Package {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	require.NoError(t, err)
	if len(names) == 0 {
		return &doc.Package{}
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, file)
	}
	pkg, err := doc.NewFromFiles(set, files, "github.com/cnsms/cnsms/"+folder)
	require.NoError(t, err)
	return pkg
}

// eachAdapter runs a subtest per adapter.
func eachAdapter(t *testing.T, run func(t *testing.T, a catalog.Adapter)) {
	t.Helper()
	for _, a := range catalog.Adapters() {
		t.Run(a.Name, func(t *testing.T) {
			t.Parallel()
			run(t, a)
		})
	}
}

// TestListAgreesWithThePackages reads what the packages say of themselves.
func TestListAgreesWithThePackages(t *testing.T) {
	t.Parallel()
	eachAdapter(t, func(t *testing.T, a catalog.Adapter) {
		t.Helper()
		pkg := packageIn(t, a.Name)
		require.Equal(t, pkg.Name, a.Name, "the default name is the name of the package")
		service, err := catalog.ReadService(filepath.Join(root, a.Name))
		require.NoError(t, err)
		day := catalog.None
		if found := factsRead.FindStringSubmatch(strings.Join(strings.Fields(pkg.Doc), " ")); found != nil {
			day = found[1]
		}
		require.Equal(t, day, service.FactsRead, "the day in the package comment")

		index := slices.IndexFunc(pkg.Types, func(t *doc.Type) bool { return t.Name == "Provider" })
		require.GreaterOrEqual(t, index, 0)
		for name, can := range abilitiesByInterface(a.Abilities()) {
			named := regexp.MustCompile(`\b` + name + `\b`).MatchString(pkg.Types[index].Doc)
			require.Equal(t, can, named, "the comment of type Provider names the interfaces that it has: %s", name)
		}
	})
}

// factsRead finds the day in a package comment.
var factsRead = regexp.MustCompile(`Facts read on (\d{4}-\d{2}-\d{2})`)

func abilitiesByInterface(can catalog.Abilities) map[string]bool {
	return map[string]bool{
		"BatchSender": can.Batch, "Verifier": can.Verify, "BalanceReader": can.Balance, "StatusReader": can.Status,
		"ReportPuller": can.PullReports, "ReportParser": can.PushedReports, "CaptchaIssuer": can.Captcha,
	}
}

// TestEveryAdapterHasACheckedExample: users begin by pasting it.
func TestEveryAdapterHasACheckedExample(t *testing.T) {
	t.Parallel()
	eachAdapter(t, func(t *testing.T, a catalog.Adapter) {
		t.Helper()
		examples := packageIn(t, a.Name).Examples
		index := slices.IndexFunc(examples, func(e *doc.Example) bool { return e.Suffix == "" })
		require.GreaterOrEqual(t, index, 0, "func Example()")
		require.NotEmpty(t, examples[index].Output, "with an // Output: comment, so that it is run")
	})
}

// TestEveryAdapterHasCodes: failures are told apart by them, and the pages list them.
func TestEveryAdapterHasCodes(t *testing.T) {
	t.Parallel()
	eachAdapter(t, func(t *testing.T, a catalog.Adapter) {
		t.Helper()
		failures := 0
		for code := range a.Codes.All() {
			if !code.OK {
				failures++
			}
		}
		require.NotZero(t, failures)
	})
}

// TestEveryAdapterRunsTheSuite looks for the file in which it does.
func TestEveryAdapterRunsTheSuite(t *testing.T) {
	t.Parallel()
	eachAdapter(t, func(t *testing.T, a catalog.Adapter) {
		t.Helper()
		content, err := os.ReadFile(filepath.Join(root, a.Name, "conformance_test.go"))
		require.NoError(t, err)
		require.Contains(t, string(content), "providertest.Run(")
	})
}
