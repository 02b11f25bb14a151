package jinja

import (
	"bytes"
	"encoding/json"
	"strings"
)

// decode reads the values of a render from JSON; dicts keep the order of their keys.
func decode(data []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := decodeValue(d)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	for i, k := range v.(*Dict).keys {
		values[k.(string)] = v.(*Dict).values[i]
	}
	return values, nil
}

func decodeValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Number:
		if strings.ContainsAny(token.String(), ".eE") {
			return token.Float64()
		}
		return token.Int64()
	case json.Delim:
		l, dict := &List{}, &Dict{}
		for d.More() {
			v, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			l.Items = append(l.Items, v)
		}
		if _, err := d.Token(); err != nil || token == '[' {
			return l, err
		}
		for i := 0; i < len(l.Items); i += 2 {
			dict.put(l.Items[i], l.Items[i+1])
		}
		return dict, nil
	}
	return token, nil
}
