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

// TestEveryAdapterIsListed compares the list with the folders: an adapter is what New
// makes in a top-level package with a *Provider, and each product that it has besides.
func TestEveryAdapterIsListed(t *testing.T) {
	t.Parallel()
	folders, err := os.ReadDir(root)
	require.NoError(t, err)
	var found, listed []string
	for _, folder := range folders {
		if pkg := packageIn(t, folder.Name()); folder.IsDir() && isAdapter(pkg) {
			found = append(found, adaptersIn(pkg)...)
		}
	}
	for _, adapter := range catalog.Adapters() {
		listed = append(listed, adapter.Name)
	}
	require.NotEmpty(t, found)
	slices.Sort(found)
	require.Equal(t, found, listed, "catalog.Adapters lists every adapter once, by name")
}

// adaptersIn names what a package makes that sends: New makes the first product of a
// service, and NewOther the product "other".
func adaptersIn(pkg *doc.Package) []string {
	var names []string
	for _, one := range pkg.Types {
		sends := slices.ContainsFunc(one.Methods, func(f *doc.Func) bool { return f.Name == "Send" })
		for _, f := range one.Funcs {
			product, isConstructor := strings.CutPrefix(f.Name, "New")
			if sends && isConstructor {
				names = append(names, strings.TrimSuffix(pkg.Name+"-"+strings.ToLower(product), "-"))
			}
		}
	}
	return names
}

// typeOf is the type that an adapter's constructor returns.
func typeOf(t *testing.T, pkg *doc.Package, a catalog.Adapter) *doc.Type {
	t.Helper()
	index := slices.IndexFunc(pkg.Types, func(one *doc.Type) bool {
		return slices.ContainsFunc(one.Funcs, func(f *doc.Func) bool { return f.Name == a.Constructor() })
	})
	require.GreaterOrEqual(t, index, 0, "func %s", a.Constructor())
	return pkg.Types[index]
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
		pkg := packageIn(t, a.Folder())
		require.Equal(t, pkg.Name, a.Folder(), "the default name begins with the name of the package")
		service, err := catalog.ReadService(filepath.Join(root, a.ServiceFile()))
		require.NoError(t, err)
		day := catalog.None
		if found := factsRead.FindStringSubmatch(strings.Join(strings.Fields(pkg.Doc), " ")); found != nil {
			day = found[1]
		}
		require.Equal(t, day, service.FactsRead, "the day in the package comment")

		require.True(t, slices.ContainsFunc(pkg.Types, func(one *doc.Type) bool { return one.Name == a.ConfigType() }), a.ConfigType())

		made := typeOf(t, pkg, a)
		for name, can := range abilitiesByInterface(a.Abilities()) {
			named := regexp.MustCompile(`\b` + name + `\b`).MatchString(made.Doc)
			require.Equal(t, can, named, "the comment of type %s names the interfaces that it has: %s", made.Name, name)
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

// TestProducts has the names of what belongs to a second product of a service.
func TestProducts(t *testing.T) {
	t.Parallel()
	type names struct{ folder, product, constructor, config, file string }
	for name, want := range map[string]names{
		"aliyun":              {"aliyun", "", "New", "Config", "aliyun/service.txt"},
		"aliyun-verification": {"aliyun", "verification", "NewVerification", "VerificationConfig", "aliyun/service-verification.txt"},
	} {
		a := catalog.Adapter{Name: name}
		require.Equal(t, want, names{a.Folder(), a.Product(), a.Constructor(), a.ConfigType(), a.ServiceFile()})
	}
}

// TestEveryAdapterHasACheckedExample: users begin by pasting it.
func TestEveryAdapterHasACheckedExample(t *testing.T) {
	t.Parallel()
	eachAdapter(t, func(t *testing.T, a catalog.Adapter) {
		t.Helper()
		examples := packageIn(t, a.Folder()).Examples
		index := slices.IndexFunc(examples, func(e *doc.Example) bool { return e.Suffix == "" })
		require.GreaterOrEqual(t, index, 0, "func Example()")
		require.NotEmpty(t, examples[index].Output, "with an // Output: comment, so that it is run")
		require.True(t, slices.ContainsFunc(examples, func(e *doc.Example) bool {
			return e.Output != "" && calls(e.Code, a.Folder(), a.Constructor())
		}), "an example that calls %s.%s", a.Folder(), a.Constructor())
	})
}

// calls reports whether code has the selector pkg.name.
func calls(code ast.Node, pkg, name string) bool {
	found := false
	ast.Inspect(code, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok && selector.Sel.Name == name {
			of, isName := selector.X.(*ast.Ident)
			found = found || isName && of.Name == pkg
		}
		return !found
	})
	return found
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
		content, err := os.ReadFile(filepath.Join(root, a.Folder(), "conformance_test.go"))
		require.NoError(t, err)
		require.Contains(t, string(content), "providertest.Run(")
		require.Regexp(t, `\b`+a.Constructor()+`\(`, string(content))
	})
}
