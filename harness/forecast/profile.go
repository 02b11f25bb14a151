package forecast

// Profile is a device as its maker describes it.
type Profile struct {
	Name   string
	Memory float64 // [bytes]
	Speed  Speed
}

// achieved is the share of a GPU's peak that a whole pass is taken to reach. Assumed, not measured: training frameworks report 0.3 to 0.5.
const achieved = 0.4

// Profiles are GPUs by the makers' data sheets: products without sparsity, of float32 in TF32, as XLA computes them by default, and of
// bfloat16. They were not measured with this program.
var Profiles = []Profile{
	{"h200", 141e9, Speed{494e12, 989e12, 4.8e12, achieved}}, // SXM
	{"h100", 80e9, Speed{494e12, 989e12, 3.35e12, achieved}}, // SXM
	{"a100", 80e9, Speed{156e12, 312e12, 2.04e12, achieved}}, // SXM, 80 GB
	{"l40s", 48e9, Speed{183e12, 362e12, 0.864e12, achieved}},
	{"rtx4090", 24e9, Speed{82.6e12, 165e12, 1.008e12, achieved}},
}

// FindProfile returns the profile of a name.
func FindProfile(name string) (Profile, bool) {
	for _, p := range Profiles {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

// ProfileNames lists the profiles.
func ProfileNames() []string {
	names := make([]string, len(Profiles))
	for i, p := range Profiles {
		names[i] = p.Name
	}
	return names
}
