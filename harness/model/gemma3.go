package model

// gemma3 is the language model of Gemma 3: five local layers, then a global one, with rotary frequencies of their own; only the
// global ones are scaled.
func gemma3(s *settings) Config {
	c := s.gemma(0, 0)
	c.QKNorm = true
	if c.AttnSoftCap != 0 { // transformers reads it and does not apply it
		s.fail("attn_logit_softcapping %g is not supported; null is", c.AttnSoftCap)
	}
	pattern := get(s, "sliding_window_pattern", 6)
	if p := get(s, "_sliding_window_pattern", pattern); p != pattern || pattern < 1 {
		s.fail("sliding_window_pattern is %d, _sliding_window_pattern %d", pattern, p)
		return c
	}
	s.layers(&c, nullable(s, "sliding_window", 4096), func(i int) bool { return (i+1)%pattern != 0 })
	global, local := Rope{Base: 1e6}, Rope{Base: get(s, "rope_local_base_freq", 1e4)}
	if in, ok := s.inner("rope_parameters"); ok { // newer files: an object for each kind of layer
		global.Base = get(s, "rope_theta", global.Base)
		in.kind("full_attention", &global)
		in.kind("sliding_attention", &local)
		s.close(in)
	} else {
		global = s.rope(global.Base)
	}
	if local.Scaling != (RopeScaling{}) {
		s.fail("rope_parameters: sliding_attention: rope_type %q is not supported; default is", local.Scaling.Type)
	}
	c.RopeBase, c.Scaling = global.Base, global.Scaling
	if c.Local != "" {
		c.LocalRopeBase = local.Base
	}
	return c
}

// kind reads the rope_parameters of one kind of layer.
func (s *settings) kind(key string, r *Rope) {
	if in, ok := s.inner(key); ok {
		in.scaling(r)
		s.close(in)
	}
}
