package model

// llama is the Llama family, 1 to 3.3.
func llama(s *settings) Config {
	c := s.common(0, 0, false)
	only(s, "hidden_act", "silu", "silu")
	only(s, "rope_interleaved", false, false)
	bias := get(s, "attention_bias", false)
	c.QKVBias, c.OutBias = bias, bias
	c.MLPBias = get(s, "mlp_bias", false)
	r := s.rope(1e4)
	c.RopeBase, c.Scaling = r.Base, r.Scaling
	return c
}
