package results

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Whatever is made is in the report, once: every table and figure of a study that has all of them, under its title or caption.
func TestEachPieceHasOnePlace(t *testing.T) {
	files := rendered(t, everything())
	report := string(files["report.md"])
	tables, figures := 0, 0
	for path, data := range files {
		switch {
		case strings.HasPrefix(path, "tables/") && strings.HasSuffix(path, ".md"):
			tables++
			title, _, _ := strings.Cut(strings.TrimPrefix(string(data), "**"), "**")
			if n := len(regexp.MustCompile(`\*\*Table \d+\. `+regexp.QuoteMeta(title)+`\*\*`).FindAllString(report, -1)); n != 1 {
				t.Errorf("%s: its title, %q, is in the report %d times", path, title, n)
			}
		case strings.HasSuffix(path, ".svg"):
			figures++
			if n := strings.Count(report, "]("+path+")"); n != 1 {
				t.Errorf("%s is in the report %d times", path, n)
			}
		}
	}
	wantTables, wantFigures := 0, 0
	for _, c := range contents() {
		for _, p := range c.pieces {
			switch {
			case p.table != nil:
				wantTables++
			case p.figure != nil:
				wantFigures++
			}
		}
	}
	if tables != wantTables || figures != wantFigures {
		t.Errorf("%d tables and %d figures are made, the contents have %d and %d: a name is used twice, or the made-up study lacks data", tables, figures, wantTables, wantFigures)
	}
}

// Every function that makes a table or a figure of a study is in the contents, once, and nowhere else.
func TestEachMakerIsInTheContents(t *testing.T) {
	makers, listed := map[string]bool{}, map[string]int{}
	for _, dir := range []string{".", "figure"} {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && makes(f.Type) {
					makers[f.Name.Name] = true
				}
			}
			if path == "contents.go" {
				ast.Inspect(file, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok {
						listed[id.Name]++
					}
					return true
				})
			}
		}
	}
	if len(makers) < 30 {
		t.Errorf("only %d functions make anything of a study; is their form another one?", len(makers))
	}
	for name := range makers {
		if listed[name] != 1 {
			t.Errorf("%s is in the contents %d times", name, listed[name])
		}
	}
}

// makes reports whether a function turns a study, and nothing else, into a table or a figure.
func makes(f *ast.FuncType) bool {
	if f.Results == nil || len(f.Results.List) != 1 || len(f.Params.List) != 1 {
		return false
	}
	study, ok := f.Params.List[0].Type.(*ast.StarExpr)
	if !ok || named(study.X) != "outcome.Study" {
		return false
	}
	of := named(f.Results.List[0].Type)
	return of == "table.Table" || of == "figure.Figure" || of == "Figure"
}

// named is a type as it is written.
func named(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return named(e.X) + "." + e.Sel.Name
	}
	return ""
}
