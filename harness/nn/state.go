package nn

import (
	"fmt"

	"congrad/harness/model"
)

// Marshal writes a trainer's state as a safetensors file: the weights under their names, the moments under "m." and "v."
// names, the number of steps as a tensor of its own, and what it keeps beside.
func (s TrainerState) Marshal() ([]byte, error) {
	tensors := []model.NamedTensor{{Name: "steps", Dims: []int{1}, Data: []float32{float32(s.Steps)}}}
	for i, shape := range s.Weights.Config.Shapes() {
		tensors = append(tensors,
			model.NamedTensor{Name: shape.Name, Dims: shape.Dims, Data: s.Weights.Tensors[i]},
			model.NamedTensor{Name: "m." + shape.Name, Dims: shape.Dims, Data: s.M[i]},
			model.NamedTensor{Name: "v." + shape.Name, Dims: shape.Dims, Data: s.V[i]})
	}
	return model.MarshalSafetensors(append(tensors, s.Beside...), s.Notes)
}

// UnmarshalState reads what Marshal wrote.
func UnmarshalState(config model.Config, data []byte) (TrainerState, error) {
	tensors, err := model.UnmarshalSafetensors(data)
	if err != nil {
		return TrainerState{}, fmt.Errorf("reading a checkpoint: %w", err)
	}
	byName := map[string][]float32{}
	for _, t := range tensors {
		byName[t.Name] = t.Data
	}
	s := TrainerState{Weights: &model.Weights{Config: config}}
	if s.Notes, err = model.SafetensorsNotes(data); err != nil {
		return s, fmt.Errorf("reading a checkpoint: %w", err)
	}
	if len(byName["steps"]) != 1 {
		return s, fmt.Errorf("reading a checkpoint: it does not say how many steps were done")
	}
	take := func(name string) []float32 {
		defer delete(byName, name)
		return byName[name]
	}
	s.Steps = int(take("steps")[0]) // exact up to 2^24 steps
	for _, shape := range config.Shapes() {
		s.Weights.Tensors = append(s.Weights.Tensors, take(shape.Name))
		s.M, s.V = append(s.M, take("m."+shape.Name)), append(s.V, take("v."+shape.Name))
	}
	for _, t := range tensors {
		if _, left := byName[t.Name]; left {
			s.Beside = append(s.Beside, t)
		}
	}
	return s, nil // ResumeTrainer checks the sizes
}
