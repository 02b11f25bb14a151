package model

// qwen2 is Qwen 2 and 2.5: a Llama whose queries, keys and values have biases, without a key that says so.
func qwen2(s *settings) Config {
	c := s.qwen(0)
	s.ignore("attention_bias") // transformers does not read it: these models have their biases whatever it says
	c.QKVBias = true
	return c
}

// qwen3 is Qwen 3: a Llama with norms of queries and keys.
func qwen3(s *settings) Config {
	c := s.qwen(128)
	bias := get(s, "attention_bias", false)
	c.QKVBias, c.OutBias = bias, bias
	c.QKNorm = true
	return c
}

// qwen reads what both have in common. A sliding_window counts only with use_sliding_window, and only for layers from
// max_window_layers on.
func (s *settings) qwen(headDim int) Config {
	c := s.common(headDim, 32, false)
	only(s, "hidden_act", "silu", "silu")
	window, first := nullable(s, "sliding_window", 4096), get(s, "max_window_layers", 28)
	if !get(s, "use_sliding_window", false) {
		window = 0
	}
	s.layers(&c, window, func(i int) bool { return window > 0 && i >= first })
	r := s.rope(1e4)
	c.RopeBase, c.Scaling = r.Base, r.Scaling
	return c
}
