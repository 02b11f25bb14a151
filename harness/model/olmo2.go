package model

// olmo2 is OLMo 2: no norm before attention and MLP, one behind each, and norms of queries and keys over all heads.
func olmo2(s *settings) Config {
	c := s.olmo()
	r := s.rope(1e4)
	c.RopeBase, c.Scaling = r.Base, r.Scaling
	return c
}

// olmo reads what OLMo 2 and 3 have in common.
func (s *settings) olmo() Config {
	eps := get(s, "rms_norm_eps", 1e-5)
	c := s.common(0, 0, false)
	c.NormEps = eps
	only(s, "hidden_act", "silu", "silu")
	c.PostNorms, c.NoPreNorms, c.WideQKNorm = true, true, true
	bias := get(s, "attention_bias", false)
	c.QKVBias, c.OutBias = bias, bias
	return c
}
