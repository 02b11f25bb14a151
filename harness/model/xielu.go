package model

import (
	"fmt"
	"math"
	"strings"

	"congrad/harness/model/safetensors"
)

// xieluConstants are the numbers of XIELU that are not learned. transformers stores them in each layer all the same, and computes
// with what memory happens to hold where a file has none.
var xieluConstants = []struct {
	name  string
	value float32
}{{"mlp.act_fn.beta", 0.5}, {"mlp.act_fn.eps", -1e-6}}

// constants are the tensors that a file has beside the model's weights.
func (c Config) constants() (list []safetensors.Tensor) {
	if c.Act != XIELU {
		return nil
	}
	for i := range c.Layers {
		for _, x := range xieluConstants {
			list = append(list, safetensors.Tensor{
				Name: fmt.Sprintf("model.layers.%d.%s", i, x.name), Dims: []int{}, Values: func() ([]float32, error) { return []float32{x.value}, nil },
			})
		}
	}
	return list
}

// checkConstant reports whether a tensor is such a number, and what is wrong with its value. Files have them in bfloat16, too.
func (c Config) checkConstant(name string, stored Checkpoint) (is bool, err error) {
	for _, x := range xieluConstants {
		if c.Act != XIELU || !strings.HasSuffix(name, "."+x.name) {
			continue
		}
		dims, _ := stored.Shape(name)
		if size := (Shape{Dims: dims}).Size(); size != 1 {
			return true, fmt.Errorf("%s has the shape %v; it has to be one number", name, dims)
		}
		var v [1]float32
		if err := stored.Float32(name, v[:]); err != nil {
			return true, err
		}
		if want := float64(x.value); !(math.Abs(float64(v[0])-want) <= math.Abs(want)/128) {
			return true, fmt.Errorf("%s is %g; %g is supported", name, v[0], x.value)
		}
		return true, nil
	}
	return false, nil
}
