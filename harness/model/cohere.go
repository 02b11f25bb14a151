package model

// cohere is Command R and Aya Expanse: attention and MLP side by side behind one LayerNorm, and a rotation of neighbours.
func cohere(s *settings) Config {
	c := s.commandR()
	r := s.rope(1e4)
	c.RopeBase, c.Scaling = r.Base, r.Scaling
	return c
}

// commandR reads what both versions of Cohere's models have in common.
func (s *settings) commandR() Config {
	eps := get(s, "layer_norm_eps", 1e-5)
	only(s, "rms_norm_eps", eps, eps)
	c := s.common(0, 0, true)
	c.NormEps = eps
	only(s, "hidden_act", "silu", "silu")
	c.CentreNorm, c.Parallel, c.RopePairs = true, true, true
	bias := get(s, "attention_bias", false)
	c.QKVBias, c.OutBias = bias, bias
	if c.LogitScale = get(s, "logit_scale", 0.0625); c.LogitScale == 1 {
		c.LogitScale = 0
	}
	return c
}
