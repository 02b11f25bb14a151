package model

// gemma2 is Gemma 2: every other layer, from the first on, is local, and all rotate alike.
func gemma2(s *settings) Config {
	c := s.gemma(50, 30)
	window := nullable(s, "sliding_window", 4096)
	if size := get(s, "sliding_window_size", window); size != window {
		s.fail("sliding_window is %d and sliding_window_size %d", window, size)
	}
	s.layers(&c, window, func(i int) bool { return i%2 == 0 })
	r := s.rope(1e4)
	c.RopeBase, c.Scaling = r.Base, r.Scaling
	return c
}

// gemma reads what Gemma 2 and 3 have in common. The soft caps are those of a file that does not name them.
func (s *settings) gemma(attnCap, logitCap float64) Config {
	c := s.common(256, 4, true)
	only(s, "hidden_activation", string(GELUTanh), string(GELUTanh))
	only(s, "hidden_act", string(GELUTanh), string(GELUTanh)) // transformers reads the former; published files have both
	c.Act, c.NormOffset, c.PostNorms, c.ScaledEmbed = GELUTanh, true, true, true
	bias := get(s, "attention_bias", false)
	c.QKVBias, c.OutBias = bias, bias
	if scalar := get(s, "query_pre_attn_scalar", 256.0); scalar != float64(c.HeadDim) {
		c.QueryScalar = scalar
	}
	c.AttnSoftCap = nullable(s, "attn_logit_softcapping", attnCap)
	c.LogitSoftCap = nullable(s, "final_logit_softcapping", logitCap)
	return c
}
