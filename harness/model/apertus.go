package model

// apertus is Apertus: a Llama with norms of queries and keys, and an MLP without gate whose activation has learned numbers.
func apertus(s *settings) Config {
	eps := get(s, "rms_norm_eps", 1e-5)
	c := s.common(0, 0, false)
	c.NormEps = eps
	only(s, "hidden_act", "xielu", "xielu")
	only(s, "qk_norm", true, true)
	only(s, "post_norm", false, false)
	c.Act, c.QKNorm, c.OwnNorms = XIELU, true, true
	bias := get(s, "attention_bias", false)
	c.QKVBias, c.OutBias = bias, bias
	_, scaling := s.keys["rope_scaling"]
	_, parameters := s.keys["rope_parameters"]
	r := s.rope(12e6)
	if !scaling && !parameters {
		r = Rope{12e6, RopeScaling{Type: "llama3", Factor: 8, Low: 1, High: 4, Original: 8192}}
	}
	c.RopeBase, c.Scaling = r.Base, r.Scaling
	return c
}
