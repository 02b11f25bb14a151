package model

// olmo3Theta is the rotary base of OLMo 3 where the file has none.
const olmo3Theta = 5e5

// olmo3 is OLMo 3: an OLMo 2 whose layers are local but for every fourth. Only the global ones have scaled rotary frequencies.
func olmo3(s *settings) Config {
	c := s.olmo()
	s.layers(&c, nullable(s, "sliding_window", 4096), func(i int) bool { return (i+1)%4 != 0 })
	global, local := Rope{Base: olmo3Theta}, Rope{Base: olmo3Theta}
	if in, ok := s.inner("rope_parameters"); ok { // newer files: an object for each kind of layer
		in.kind("full_attention", &global)
		in.kind("sliding_attention", &local)
		s.close(in)
		only(s, "rope_theta", olmo3Theta, olmo3Theta)
	} else {
		// transformers gives another base to the global layers alone
		only(s, "rope_theta", olmo3Theta, olmo3Theta)
		global = s.rope(global.Base)
	}
	if local.Scaling != (RopeScaling{}) {
		s.fail("rope_parameters: sliding_attention: rope_type %q is not supported; default is", local.Scaling.Type)
	}
	c.RopeBase, c.Scaling = global.Base, global.Scaling
	if c.Local != "" && global != local {
		c.LocalRopeBase = local.Base
	}
	return c
}
