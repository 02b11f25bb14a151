package parquet

import (
	"errors"
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// Kind is what a column holds.
type Kind int

// Columns of other kinds can be listed but not read.
const (
	Other Kind = iota
	Text
	Whole // whole numbers
	Real  // numbers with a fraction, of 32 or 64 bits
	Flag  // booleans
	JSON  // the source text of JSON values
)

// Column is one whose values are of a plain type, at the top level or within structures and lists.
type Column struct {
	Name string // from the top level down, with dots between; levels that only say that there is a list are left out
	Kind Kind
	List bool   // a row has a list of values
	Type string // for people

	leaf     int // of all leaves, in the order of chunks
	physical format.Type
	unsigned bool
	null     bool // of the logical type NULL: no row has a value
	// What the levels of a value count: the optional and repeated fields above it that are there, and the repeated ones.
	defined, repeated int
	entry             int // the first of these from which on a list has an entry, be it null
}

// readSchema lists the columns: the schema is a tree in the order of its walk, root first.
func (f *File) readSchema() error {
	s := schema{elements: f.meta.Schema}
	root, err := s.next()
	if err != nil {
		return errors.New("has no schema")
	}
	if err := s.children(root, place{}); err != nil {
		return err
	}
	for i, g := range f.meta.RowGroups {
		if len(g.Columns) != len(s.columns) {
			return fmt.Errorf("row group %d has %d columns, the schema %d", i+1, len(g.Columns), len(s.columns))
		}
	}
	f.Columns = s.columns
	return nil
}

// longestName of a column, in bytes: a field above many columns is in the name of each.
const longestName = 1 << 10

// schema is walked over.
type schema struct {
	elements []format.SchemaElement // that are left
	columns  []Column
}

// place is where in the tree the walk is.
type place struct {
	name                     string
	depth                    int
	defined, repeated, entry int
	// Of the levels of a list: the group that is one, and the repeated group in it, whose names say nothing.
	list, entries bool
}

func (s *schema) next() (format.SchemaElement, error) {
	if len(s.elements) == 0 {
		return format.SchemaElement{}, errors.New("its schema has fewer columns than it says")
	}
	e := s.elements[0]
	s.elements = s.elements[1:]
	return e, nil
}

// children goes over what is below an element.
func (s *schema) children(e format.SchemaElement, at place) error {
	if at.depth++; at.depth > deepest {
		return errors.New("its schema is nested too deeply")
	}
	for range e.NumChildren.V {
		child, err := s.next()
		if err != nil {
			return err
		}
		if err := s.element(child, at); err != nil {
			return err
		}
	}
	return nil
}

// element adds a leaf, or goes on below.
func (s *schema) element(e format.SchemaElement, at place) error {
	single := e.NumChildren.V == 1
	switch {
	case at.list: // the repeated one, which is the entry itself unless it is a group of one
		at.list, at.entries = false, !e.Type.Valid && single
	case at.entries:
		at.entries = false
	case at.name == "":
		at.name = e.Name
	default:
		at.name += "." + e.Name
	}
	if len(at.name) > longestName {
		return fmt.Errorf("its schema has a name longer than %d bytes", longestName)
	}
	if e.RepetitionType.Valid && e.RepetitionType.V != format.Required {
		at.defined++
	}
	if e.RepetitionType.Valid && e.RepetitionType.V == format.Repeated {
		at.repeated++
		at.entry = at.defined
	}
	if e.Type.Valid {
		s.columns = append(s.columns, column(e, at, len(s.columns)))
		return nil
	}
	_, isList := e.LogicalType.Value.(*format.ListType)
	at.list = single && (isList || e.ConvertedType.Valid && e.ConvertedType.V == deprecated.List)
	return s.children(e, at)
}

// column describes a leaf.
func column(s format.SchemaElement, at place, leaf int) Column {
	c := Column{
		Name: at.name, List: at.repeated == 1, leaf: leaf, physical: s.Type.V, Type: "values of the type " + typeName(s),
		defined: at.defined, repeated: at.repeated, entry: at.entry,
	}
	if at.repeated > 1 {
		c.Type = "lists of lists"
		return c
	}
	_, c.null = s.LogicalType.Value.(*format.NullType)
	number, isNumber := s.LogicalType.Value.(*format.IntType)
	converted := func(types ...deprecated.ConvertedType) bool {
		return s.LogicalType.Value == nil && s.ConvertedType.Valid && slices.Contains(types, s.ConvertedType.V)
	}
	plain := s.LogicalType.Value == nil && !s.ConvertedType.Valid
	switch s.Type.V {
	case format.ByteArray:
		switch s.LogicalType.Value.(type) {
		case *format.StringType, *format.EnumType:
			c.Kind = Text
		case *format.JsonType:
			c.Kind = JSON
		}
		switch {
		case plain || converted(deprecated.UTF8, deprecated.Enum):
			c.Kind = Text
		case converted(deprecated.Json):
			c.Kind = JSON
		}
	case format.Int32, format.Int64:
		signed := converted(deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64)
		unsigned := converted(deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64)
		if plain || isNumber || signed || unsigned {
			c.Kind, c.unsigned = Whole, unsigned || isNumber && !number.IsSigned
		}
	case format.Boolean:
		c.Kind = Flag
	case format.Float, format.Double:
		c.Kind = Real
	}
	if c.null {
		c.Kind = Text
	}
	return c
}

// typeName is the most specific name of a leaf's type.
func typeName(s format.SchemaElement) string {
	switch {
	case s.LogicalType.Value != nil:
		return s.LogicalType.Value.String()
	case s.ConvertedType.Valid && int(s.ConvertedType.V) < len(convertedNames) && s.ConvertedType.V >= 0:
		return convertedNames[s.ConvertedType.V]
	}
	return s.Type.V.String()
}

// convertedNames are the format's names of the types that older writers note.
var convertedNames = [...]string{
	"UTF8", "MAP", "MAP_KEY_VALUE", "LIST", "ENUM", "DECIMAL", "DATE", "TIME_MILLIS", "TIME_MICROS", "TIMESTAMP_MILLIS", "TIMESTAMP_MICROS",
	"UINT_8", "UINT_16", "UINT_32", "UINT_64", "INT_8", "INT_16", "INT_32", "INT_64", "JSON", "BSON", "INTERVAL",
}
