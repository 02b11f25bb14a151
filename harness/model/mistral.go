package model

// mistral is Mistral 7B: a Llama whose layers are all local, or, since version 0.2, none.
func mistral(s *settings) Config {
	c := s.common(0, 8, false)
	only(s, "hidden_act", "silu", "silu")
	window := nullable(s, "sliding_window", 4096)
	s.layers(&c, window, func(int) bool { return window > 0 })
	r := s.rope(1e4)
	c.RopeBase, c.Scaling = r.Base, r.Scaling
	return c
}
