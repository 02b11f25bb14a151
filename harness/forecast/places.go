package forecast

import "math"

// places is what a stage needs on a machine whose device has a memory of its own: in the program's memory and on the device [bytes]. On a
// CPU both are one, and the peak is that of bytes.
func (m Model) places(stage Stage, programs int) (host, device float64) {
	_, takes, lingers := m.compiler()
	p := m.bytes(stage, programs)
	host = p["program"] + p["host copy"] + p["sketches"] + math.Max(takes, lingers)
	device = p["frozen"] + p["policies"] + p["optimiser"]
	worked := p["activations"] + p["cache"]
	switch stage.Work {
	case Decodes: // logits are there twice, see bytes
		host += p["logits"] / 2
		worked += p["logits"] / 2
	case Differentiates: // the same of exact gradients
		host += p["gradients"] / 2
		worked += p["gradients"]/2 + p["logits"]
	case Trains:
		host += stage.checkpoint() * m.Trained()
		worked = math.Max(worked+p["gradients"]+p["logits"], p["gradients"]+m.Step())
	default:
		worked += p["logits"]
	}
	return host, device + worked
}
