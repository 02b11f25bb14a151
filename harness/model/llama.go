package model

// llama is the Llama family, 1 to 3.3.
func llama(s *settings) Config {
	c := s.common(0, 0, false)
	only(s, "hidden_act", "silu", "silu")
	for i, kind := range get(s, "layer_types", []string(nil)) {
		if kind != "full_attention" {
			s.fail("layer_types: %q of layer %d is not supported; full_attention is", kind, i)
		}
	}
	bias := get(s, "attention_bias", false)
	c.QKVBias, c.OutBias = bias, bias
	c.MLPBias = get(s, "mlp_bias", false)
	r := s.rope(1e4)
	c.RopeBase, c.Scaling = r.Base, r.Scaling
	return c
}
