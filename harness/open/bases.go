package open

import (
	"bytes"
	"fmt"
	"reflect"

	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/model"

	"github.com/dustin/go-humanize"
)

// Bases looks at the further models of an experiment, which have the shape and the tokenizer of the first.
func Bases(e *config.Experiment, first *model.Folder) ([]*model.Folder, error) {
	var list []*model.Folder
	for i, name := range e.Bases {
		base, _, err := Look(name, e.Chat)
		if err != nil {
			return nil, err
		}
		what := ""
		switch {
		case !reflect.DeepEqual(base.Config, first.Config):
			what = "another shape"
		case !bytes.Equal(base.Tokenizer, first.Tokenizer):
			what = "another tokenizer"
		}
		if what != "" {
			return nil, exit.With(exit.Config, fmt.Errorf("bases: the %s entry, %q, has %s than %s; seeds can only start from models that are alike", humanize.Ordinal(i+1), name, what, e.Model))
		}
		list = append(list, base)
	}
	return list, nil
}
