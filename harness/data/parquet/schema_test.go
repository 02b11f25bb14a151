package parquet

import (
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// A long name above many columns would stand in the name of each: a footer of megabytes would take terabytes.
func TestNamesStayShort(t *testing.T) {
	tree := func(name string, leaves int) *File {
		list := []format.SchemaElement{
			{Name: "schema", NumChildren: thrift.New(int32(1))},
			{Name: name, NumChildren: thrift.New(int32(leaves))},
		}
		for range leaves {
			list = append(list, format.SchemaElement{Name: "leaf", Type: thrift.New(format.ByteArray), ConvertedType: thrift.New(deprecated.UTF8)})
		}
		return &File{meta: format.FileMetaData{Schema: list}}
	}
	if f := tree("choices", 3); f.readSchema() != nil || len(f.Columns) != 3 || f.Columns[2].Name != "choices.leaf" {
		t.Errorf("%+v", f.Columns)
	}
	if err := tree(strings.Repeat("x", 1<<20), 100).readSchema(); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("%v", err)
	}
}
