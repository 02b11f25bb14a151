package model

// cohere2 is Command R7B and Command A: three local layers, then a global one, whose queries and keys are not rotated.
func cohere2(s *settings) Config {
	c := s.commandR()
	c.LocalRope = true
	pattern := get(s, "sliding_window_pattern", 4)
	if n := get(s, "layer_switch", pattern); n != pattern || pattern < 1 {
		s.fail("sliding_window_pattern is %d, layer_switch %d", pattern, n)
		return c
	}
	s.layers(&c, nullable(s, "sliding_window", 4096), func(i int) bool { return (i+1)%pattern != 0 })
	r := s.rope(1e4)
	c.RopeBase, c.Scaling = r.Base, r.Scaling

	// Published files say the above in words of their own, too.
	only(s, "order_of_interleaved_layers", "local_attn_first", "local_attn_first")
	only(s, "position_embedding_type", "rope_gptj", "rope_gptj")
	only(s, "rotary_pct", 1.0, 1)
	only(s, "use_embedding_sharing", c.Tied, c.Tied)
	only(s, "use_gated_activation", true, true)
	only(s, "use_parallel_block", true, true)
	s.ignore("use_parallel_embedding") // on how many devices the embedding is
	return c
}
